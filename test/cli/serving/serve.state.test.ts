import { beforeAll, expect, it } from 'vitest';
import { serveFeeds } from '../feedServer.js';
import { start, workFolder } from '../headwater.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd), 60_000);

/** The events of a server from after an id, until there are so many predictions. */
const listen = async (url: string, lastEventId: string | undefined, predictions: number) => {
  const abort = new AbortController();
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(new URL('/events?last=1000', url), { headers, signal: abort.signal });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if ((text.match(/^event: prediction$/gm)?.length ?? 0) >= predictions && text.endsWith('\n\n')) break;
  }
  abort.abort();
  return {
    missed: text.includes('event: missed'),
    titles: Array.from(text.matchAll(/"title":"([^"]+)"[^\n]*"key"/g), ([, title]) => title),
    ids: Array.from(text.matchAll(/^id: (\S+)$/gm), ([, id]) => id),
  };
};

it('goes on after a kill where it was: events, their ids, and what was seen', { timeout: 90_000 }, async () => {
  const server = await serveFeeds({ '/news.xml': ['Copper slips', 'Ferry returns'] });
  const run = async () => {
    const feed = ['--feed', `${server.origin}/news.xml`, '--interval', '0.2', '--insist'];
    const running = start(['serve', '--model', 'model', '--port', '0', '--state', 'state', ...feed], { cwd });
    const url = /http:\S+/.exec(await running.until('stdout', /http:\S+\n/))?.[0] ?? '';
    return { ...running, url };
  };
  const first = await run();
  const before = await listen(first.url, undefined, 2);
  expect(before.titles).toEqual(['Ferry returns', 'Copper slips']);
  first.child.kill('SIGKILL');
  await first.ended;

  server.feeds.set('/news.xml', ['Otters win', 'Copper slips', 'Ferry returns']);
  const second = await run();
  const after = await listen(second.url, before.ids.at(-1), 1);
  expect(after).toMatchObject({ missed: false, titles: ['Otters win'] });
  // One that begins anew has those of the first server too, each once.
  const all = await listen(second.url, undefined, 3);
  expect(all.titles).toEqual(['Ferry returns', 'Copper slips', 'Otters win']);
  expect(new Set(all.ids).size).toBe(all.ids.length);
  second.child.kill('SIGTERM');
  expect((await second.ended).status).toBe(0);
});
