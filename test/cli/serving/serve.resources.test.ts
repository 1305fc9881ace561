import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { serveFeeds } from '../feedServer.js';
import { MAIN, workFolder } from '../headwater.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts a server by a shell, which sets its limits first, and waits for its address. */
const serving = async (limits: string, args: readonly string[]) => {
  const command = [process.execPath, MAIN, 'serve', '--model', 'model', '--port', '0', '--warm-up', '0', ...args];
  const child = spawn('/bin/sh', ['-c', `${limits}; exec "$@"`, 'sh', ...command], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [url] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => {
      throw new Error(stderr);
    }),
  ])) as [string];
  return { child, lines, ended, url: new URL(url), stderr: () => stderr };
};

/** Asks on one connection, which is kept. */
const asking = (url: URL) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request(new URL(path, url), { agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
};

it.skipIf(process.platform !== 'linux')(
  'goes on reading feeds and keeping its state while clients hold all connections that it may have',
  { timeout: 90_000 },
  async () => {
    const feeds = await serveFeeds({ '/news.xml': ['Copper slips'] });
    const { child, ended, url, stderr } = await serving('ulimit -n 200', [
      ...['--state', 'state', '--feed', `${feeds.origin}/news.xml`, '--interval', '0.1', '--insist'],
    ]);
    expect(stderr()).toContain('At most 72 connections are served, and not 2048');
    const ask = asking(url);
    const reads = async (): Promise<number> =>
      Number(/headwater_feed_reads_total\{.*\} (\d+)/.exec(await ask('/metrics'))?.[1] ?? 0);
    await expect.poll(reads, { timeout: 30_000 }).toBeGreaterThan(0);
    const held = Array.from({ length: 300 }, () => {
      const socket = connect(Number(url.port), url.hostname).on('error', () => undefined);
      return { socket, closed: once(socket, 'close') };
    });
    await expect.poll(() => ask('/metrics'), { timeout: 30_000 }).toContain('headwater_connections 136');
    const before = await reads();
    await expect.poll(reads, { timeout: 30_000 }).toBeGreaterThan(before + 5);
    child.kill('SIGTERM');
    for (const { socket } of held) socket.destroy();
    expect(await ended).toEqual([0, null]);
    expect(stderr()).not.toMatch(/EMFILE|HW_/);
  },
);

it('ends although nobody reads the access log on stdout', { timeout: 90_000 }, async () => {
  const { child, lines, ended, url } = await serving(':', ['--access-log', '-']);
  lines.pause();
  child.stdout.pause();
  const ask = asking(url);
  // More than a pipe holds, and than is read ahead.
  for (let count = 0; count < 500; count++) await ask(`/${'x'.repeat(200)}`);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
