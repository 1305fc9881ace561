import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../streams/servers.js';
import { headwater, type Running, type RunOptions, start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, TINY, trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

interface Serving extends Running {
  readonly url: string;
}

/** Starts the server at a port that the system chooses. */
const serving = async (
  args: readonly string[] = [],
  options: Partial<RunOptions> = {},
  model = 'model',
): Promise<Serving> => {
  const running = start(['serve', '--model', model, '--port', '0', ...args], { cwd, ...options });
  return { ...running, url: (await running.until('stdout', /\n/)).trim() };
};

const classify = (url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(new URL('/classify', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe('headwater serve', () => {
  it('classifies by the model, as predict does', async () => {
    const { url } = await serving();
    const answer = (await (await classify(url, '{"title":"goals in the final"}')).json()) as {
      readonly class: string;
      readonly probabilities: object;
    };
    const predicted = await headwater(['predict', '--model', 'model', '--format', 'jsonl', 'goals in the final'], {
      cwd,
    });
    const { class: wanted, probabilities } = JSON.parse(predicted.stdout) as typeof answer;
    expect(answer).toMatchObject({ class: wanted, probabilities });
    expect(CLASSES).toContain(answer.class);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s lets it answer what it was asked, and exit with 0', async (signal) => {
    const { url, child, ended, until } = await serving();
    const { hostname, port } = new URL(url);
    const socket = createConnection(Number(port), hostname).setEncoding('utf8');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n"go',
    );
    await expect
      .poll(async () => (await (await fetch(new URL('/metrics', url))).text()).includes('headwater_connections 2'), {
        timeout: 60_000,
      })
      .toBe(true);
    child.kill(signal);
    await until('stderr', /^ending: /m);
    socket.write('al"');
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 200 .*"title":"goal"/s);
    expect(await ended).toMatchObject({ status: 0, stdout: `${url}\n` });
  });

  it('SIGHUP puts the model in use that its folder holds now, without a pause', async () => {
    await headwater(['train', '--data', 'tiny.csv', '--out', 'other', '--seed', '2', ...TINY], { cwd });
    const link = join(cwd, 'live');
    symlinkSync('model', link);
    const { url, child, until } = await serving([], { cwd }, 'live');
    const modelOf = async (): Promise<unknown> =>
      ((await (await classify(url, '"goal"')).json()) as { readonly model: string }).model;
    const before = await modelOf();
    rmSync(link);
    symlinkSync('other', link);
    child.kill('SIGHUP');
    await until('stderr', /^model: reloaded: /m);
    const after = await modelOf();
    expect(after).not.toBe(before);
    expect((await fetch(new URL('/admin/rollback', url), { method: 'POST' })).status).toBe(200);
    expect(await modelOf()).toBe(before);
  });

  it('SIGHUP reads the tokens again, and keeps them where the file is none', async () => {
    const file = join(cwd, 'tokens.json');
    const write = (token: string): void =>
      writeFileSync(file, JSON.stringify([{ name: 'page', token, scopes: ['read'] }]));
    const [old, next] = ['old-token-0123456789', 'next-token-0123456789'];
    write(old);
    const { url, child, until } = await serving(['--tokens', file]);
    const statusOf = async (token: string): Promise<number> =>
      (await fetch(new URL('/model', url), { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 401]);
    write(next);
    child.kill('SIGHUP');
    await expect.poll(() => statusOf(next), { timeout: 60_000 }).toBe(200);
    expect(await statusOf(old)).toBe(401);
    writeFileSync(file, '[');
    child.kill('SIGHUP');
    expect(await until('stderr', /HW_USAGE/)).not.toContain(next);
    expect(await statusOf(next)).toBe(200);
  });

  it('SIGHUP before the model is loaded does not end it', async () => {
    let asked: () => void = () => undefined;
    const request = new Promise<void>((resolve) => (asked = resolve));
    let answer: () => void = () => undefined;
    const origin = await serve((_request, response) => {
      answer = () =>
        response.end('<opml version="2.0"><body><outline type="rss" xmlUrl="http://127.0.0.1:1/"/></body></opml>');
      asked();
    });
    const { child, ended, until } = start(['serve', '--model', 'model', '--port', '0', '--opml', origin], { cwd });
    await request;
    child.kill('SIGHUP');
    answer();
    await until('stdout', /^http:.*\n/);
    child.kill('SIGTERM');
    expect((await ended).status).toBe(0);
  });

  it('a second signal ends it at once', async () => {
    const { url, child, ended, until } = await serving();
    const { hostname, port } = new URL(url);
    const socket = createConnection(Number(port), hostname).on('error', () => undefined);
    socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n"go',
    );
    await expect
      .poll(async () => (await (await fetch(new URL('/metrics', url))).text()).includes('headwater_connections 2'), {
        timeout: 60_000,
      })
      .toBe(true);
    child.kill('SIGTERM');
    await until('stderr', /^ending: /m);
    child.kill('SIGTERM');
    expect((await ended).status).toBe(143);
  });

  it('gives up what is not answered in time, with status 1', async () => {
    const { url, child, ended } = await serving(['--drain', '0.05']);
    const { hostname, port } = new URL(url);
    createConnection(Number(port), hostname)
      .on('error', () => undefined)
      .write(
        'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n"go',
      );
    await expect
      .poll(async () => (await (await fetch(new URL('/metrics', url))).text()).includes('headwater_connections 2'), {
        timeout: 60_000,
      })
      .toBe(true);
    child.kill('SIGTERM');
    const { status, stderr } = await ended;
    expect(status).toBe(1);
    expect(stderr).toContain('[HW_HTTP_TIMEOUT]');
  });

  it('sends what its feeds bring to those who listen, once', async () => {
    const feed = await serve((request, response) => {
      if (request.url === '/broken') response.writeHead(500).end();
      else
        response.end(
          '<rss version="2.0"><channel><item><title>Late goal &amp; ' +
            'cup</title></item><item><title>Late goal &amp; ' +
            'cup</title></item></channel></rss>',
        );
    });
    const { url, until } = await serving(['--feed', `${feed}/rss`, `${feed}/broken`]);
    // A feed that fails is in the log of the server too.
    await until('stderr', /\/broken answered 500 .*\[HW_HTTP_STATUS\]/);
    // Whoever comes later has what there was before with an id that is none of this server's.
    const response = await fetch(new URL('/events', url), { headers: { 'last-event-id': '0-0' } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/event: source[^]*"type":"read"/.test(text) || !text.includes('event: prediction'))
      text += (await reader?.read())?.value ?? '';
    expect(text.match(/event: prediction/g)?.length).toBe(1);
    expect(text).toContain('"title":"Late goal & cup"');
    await reader?.cancel();
  });

  it('takes its token from the environment too, and wants it', async () => {
    const { url } = await serving([], { env: { HEADWATER_TOKEN: 'correct-horse-battery-staple' } });
    expect((await classify(url, '"goal"')).status).toBe(401);
    expect((await classify(url, '"goal"', { authorization: 'Bearer correct-horse-battery-staple' })).status).toBe(200);
  });

  it('holds to the limits that it is given', async () => {
    const { url } = await serving([
      '--max-body',
      '200',
      '--max-batch',
      '2',
      '--max-queue',
      '2',
      '--allow-host',
      'news.example',
      '--allow-origin',
      'https://news.example',
    ]);
    expect((await classify(url, `"${'x'.repeat(200)}"`)).status).toBe(413);
    expect((await classify(url, '["a","b","c"]')).status).toBe(413);
    expect((await classify(url, '"a"', { origin: 'https://news.example' })).status).toBe(200);
  });

  it.each([
    [['--host', '0.0.0.0'], /so the server needs a token/],
    [['--host', '0.0.0.0', '--token', 'short'], /at least 16 characters/],
    [['--port', '70000'], /'--port <n>' argument '70000' is invalid\. It must be a whole number from 0 to 65535\./],
    [['--port', 'http'], /--port/],
    // Longer than a timer can be: it would be no wait at all.
    [
      ['--drain', '3000000'],
      /'--drain <seconds>' argument '3000000' is invalid\. It must be a number above 0, of at most 2147483\./,
    ],
    [['--allow-origin', 'news.example'], /is not an origin/],
    [['--max-queue', '1'], /the queue takes 1 headlines/],
    [['--feed', 'ftp://a.example/'], /ftp/],
    [
      ['--feed', 'http://127.0.0.1:1/', '--interval', '5'],
      /^headwater: --interval is 5, but must be at least 60 seconds/,
    ],
  ])('%j is misuse', async (args, why) => {
    const { status, stderr, stdout } = await inProcess(['serve', '--model', `${cwd}/model`, '--port', '0', ...args]);
    expect(stderr).toMatch(why);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('is answered by curl as its help says', async ({ skip }) => {
    if (spawnSync('curl', ['--version']).status !== 0) return skip('There is no curl on this machine.');
    const { url } = await serving();
    const { status, stdout } = spawnSync(
      'curl',
      ['-sS', '--json', '{"title": "The final starts next week"}', new URL('/classify', url).href],
      { encoding: 'utf8' },
    );
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { title: 'The final starts next week' }]);
  });
});
