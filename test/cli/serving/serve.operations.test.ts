import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../streams/servers.js';
import { rssOf } from '../feedServer.js';
import { start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

const TOKEN = 'operator-token-0123456789';
const authorization = `Bearer ${TOKEN}`;

const lines = (file: string): readonly unknown[] =>
  readFileSync(join(cwd, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('headwater serve in operation', () => {
  it('serves its model although the candidate cannot be read, and says why', async () => {
    const running = start(['serve', '--model', 'model', '--candidate', 'nothing', '--port', '0', '--warm-up', '0'], {
      cwd,
    });
    const url = (await running.until('stdout', /\n/)).trim();
    const reason = /^headwater: .*nothing/m;
    await running.until('stderr', reason);
    const answer = await fetch(new URL('/admin/models', url));
    expect(await answer.json()).toMatchObject({
      candidate: null,
      candidateError: expect.stringContaining('nothing') as string,
    });
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
  });

  it('takes feeds from an OPML and while it runs, sends the classes wanted, logs, learns, and remembers it all', async () => {
    const feed = await serve((request, response) =>
      response.end(
        request.url === '/a' ? rssOf(['goals in the final', 'shares and profits']) : rssOf(['ministers vote']),
      ),
    );
    writeFileSync(
      join(cwd, 'feeds.opml'),
      `<opml version="2.0"><body><outline type="rss" text="A" xmlUrl="${feed}/a"/></body></opml>`,
    );
    writeFileSync(
      join(cwd, 'tokens.json'),
      JSON.stringify([{ name: 'operator', token: TOKEN, scopes: ['read', 'classify', 'label', 'metrics', 'admin'] }]),
    );
    const [wanted = ''] = CLASSES;
    const args = [
      ...['serve', '--model', 'model', '--port', '0', '--opml', 'feeds.opml', '--filter', wanted],
      ...['--tokens', 'tokens.json', '--access-log', 'access.jsonl', '--labels', 'labels.jsonl', '--learn'],
      ...['--state', 'state', '--warm-up', '0'],
    ];
    const open = async () => {
      const running = start(args, { cwd });
      const url = (await running.until('stdout', /\n/)).trim();
      const ask = (path: string, body?: unknown): Promise<Response> =>
        fetch(new URL(path, url), {
          headers: { authorization, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        });
      return { ...running, ask };
    };
    const metric = async ({ ask }: Awaited<ReturnType<typeof open>>, name: string): Promise<number> => {
      const text = await (await ask('/metrics')).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith(name))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };

    const first = await open();
    expect(await (await first.ask('/admin/feeds', { address: `${feed}/b` })).json()).toEqual({
      feeds: [`${feed}/a`, `${feed}/b`],
    });
    await expect
      .poll(() => metric(first, 'headwater_headlines_total{origin="feed"'), { timeout: 60_000, interval: 100 })
      .toBe(3);
    const listening = await first.ask('/events?last=100');
    const reader = listening.body?.pipeThrough(new TextDecoderStream()).getReader();
    const { value = '' } = (await reader?.read()) ?? {};
    await reader?.cancel();
    const sent = [...value.matchAll(/event: prediction\ndata: (.*)/g)].map(
      ([, data = '']) => (JSON.parse(data) as { readonly class: string }).class,
    );
    expect(sent.every((name) => name === wanted)).toBe(true);
    expect((await first.ask('/labels', { title: 'ministers vote', category: CLASSES[1] })).status).toBe(200);
    expect(await metric(first, 'headwater_labels_learnt_total')).toBe(1);
    expect((await first.ask('/admin/feeds/remove', { address: `${feed}/a` })).status).toBe(200);
    first.child.kill('SIGTERM');
    expect((await first.ended).status).toBe(0);
    expect(lines('access.jsonl')).toContainEqual(
      expect.objectContaining({ method: 'POST', path: '/labels', status: 200, token: 'operator' }),
    );
    expect(lines('labels.jsonl')).toHaveLength(1);

    const second = await open();
    expect(await (await second.ask('/admin/feeds')).json()).toEqual({ feeds: [`${feed}/b`] });
    await expect.poll(() => metric(second, 'headwater_labels_learnt_total'), { timeout: 60_000 }).toBe(1);
    second.child.kill('SIGTERM');
    expect((await second.ended).status).toBe(0);
  });

  it.each([
    [['--learn'], /^headwater: --learn needs labels to learn from\. Give --labels/],
    [['--canary', '0.1'], /^headwater: --canary is the share of a candidate\. Give --candidate/],
    [['--tokens', 'none.json'], /Give --tokens a file such as/],
    [['--filter', 'Weather'], /^headwater: --filter: the model has no class "Weather"/m],
    [['--access-log', 'no/such/folder/log'], /The folder .* does not exist/],
  ])('%j is misuse', async (args, why) => {
    const { status, stderr, stdout } = await inProcess(['serve', '--model', `${cwd}/model`, '--port', '0', ...args]);
    expect(stderr).toMatch(why);
    expect([status, stdout]).toEqual([2, '']);
  });
});
