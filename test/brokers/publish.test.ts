import { beforeAll, describe, expect, it } from 'vitest';
import { serveFeeds } from '../cli/feedServer.js';
import { start, workFolder } from '../cli/headwater.js';
import { inProcess } from '../cli/inProcess.js';
import { trainTiny } from '../cli/tiny.js';
import { natsProgram } from './natsServer.js';
import { PATIENT } from './patience.js';
import { useNats } from './useNats.js';

const cwd = workFolder();

describe.skipIf(natsProgram === undefined)('feeds through a broker', () => {
  const nats = useNats();
  beforeAll(async () => {
    await Promise.all([nats.addStream('NEWS', 'news'), trainTiny(cwd)]);
  });

  it('publishes each headline once, and watch and serve read them from there', async () => {
    const { origin, feeds } = await serveFeeds({ '/a.xml': ['Copper slips', 'Ferry returns'] });
    const feed = `${origin}/a.xml`;
    const publish = () => inProcess(['publish', feed, '--once', '--to', `${nats.url}/news`, '--state', `${cwd}/state`]);

    expect(await publish()).toMatchObject({ status: 0, stderr: expect.stringContaining('2 published') as string });
    feeds.set('/a.xml', ['Otters win', 'Copper slips', 'Ferry returns']);
    expect((await publish()).stderr).toContain('1 published; left out: 2 repeated');
    const titles = (await nats.read('NEWS')).map((text) => (JSON.parse(text) as { readonly title: string }).title);
    expect(titles).toEqual(['Ferry returns', 'Copper slips', 'Otters win']);

    const from = ['--from', `${nats.url}/NEWS`, '--model', 'model', '--backend', 'headwater'];
    const watching = start(['watch', ...from, '--group', 'watch', '--json'], { cwd });
    const shown = (await watching.until('stdout', /(?:.*\n){3}/)).split('\n').slice(0, 3);
    // Where a headline comes from is still said, and so its key is that of the feed.
    const headlines = shown.map((line) => (JSON.parse(line) as { headline: Record<string, unknown> }).headline);
    expect(headlines.map(({ title, source }) => ({ title, source }))).toEqual([
      { title: 'Ferry returns', source: feed },
      { title: 'Copper slips', source: feed },
      { title: 'Otters win', source: feed },
    ]);
    watching.child.kill('SIGINT');
    expect((await watching.ended).status).toBe(130);
    // What was shown is done.
    const info = () => nats.manager.consumers.info('NEWS', 'watch');
    await expect.poll(async () => (await info()).num_ack_pending, PATIENT).toBe(0);

    const serving = start(['serve', ...from, '--port', '0'], { cwd });
    const url = /http:\S+/.exec(await serving.until('stdout', /http:\S+\n/))?.[0] ?? '';
    const classified = async (): Promise<number> => {
      const metrics = await (await fetch(new URL('/metrics', url))).text();
      const counts = metrics.matchAll(/^headwater_headlines_total\{.*\} (\d+)$/gm);
      return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
    };
    await expect.poll(classified, PATIENT).toBe(3);
    serving.child.kill('SIGTERM');
    expect((await serving.ended).status).toBe(0);
  });

  it('says what cannot work', async () => {
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await inProcess([...args]);
      expect(status).toBe(2);
      return stderr;
    };
    const model = ['--model', `${cwd}/model`];
    expect(await refused('publish', '--to', 'nats://n1/news')).toContain('There is no feed to publish');
    expect(await refused('publish', 'https://example.org/feed.xml', '--to', 'n1/news')).toContain('--to is "n1/news"');
    expect(await refused('watch', ...model)).toContain('or a broker with --from');
    expect(await refused('watch', ...model, '--from', 'nats://n1/A', '--once')).toContain('--from has no end');
    expect(await refused('watch', ...model, '--group', 'a')).toContain('--group needs a broker');
    expect(await refused('serve', ...model, '--from', '-')).toContain('--from - is no broker');
    expect(await refused('work', ...model, '--from', 'nats://n1:99999/A')).toContain('a port from 1 to 65535');
    expect(await refused('work', ...model, '--from', 'nats://n1/A.B')).toContain('no dots');
  });
});
