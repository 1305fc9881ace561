import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { serveFeeds } from '../feedServer.js';
import { start, workFolder } from '../headwater.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd), 60_000);

const HEADLINES = 5000;

/** Waits until a file is there and does not grow any more. */
const settled = async (path: string): Promise<void> => {
  let before = -1;
  for (;;) {
    const size = existsSync(path) ? statSync(path).size : 0;
    if (size > 100 && size === before) return;
    before = size;
    await sleep(300);
  }
};

it(
  'shows every headline by one run or the other, though a reader stalls and the process is killed',
  { timeout: 90_000 },
  async () => {
    const { origin } = await serveFeeds({
      '/news.xml': Array.from({ length: HEADLINES }, (_, i) => `The mayor opens bridge number ${i}`),
    });
    const args = ['watch', '--model', 'model', '--json', '--state', 'state', `${origin}/news.xml`];
    const first = start(args, { cwd });
    first.child.stdout.pause();
    await settled(join(cwd, 'state', 'seen.log'));
    first.child.kill('SIGKILL');
    first.child.stdout.resume();
    const { stdout: before } = await first.ended;
    const second = await start([...args, '--once'], { cwd }).ended;
    expect(second.status).toBe(0);

    // The last line of a process that is killed may be half a line.
    const keys = (stdout: string): readonly string[] =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { readonly headline: { readonly key: string } }).headline.key);
    const [shown, rest] = [keys(before), keys(second.stdout)];
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(HEADLINES);
    expect(new Set([...shown, ...rest]).size).toBe(HEADLINES);
    expect(shown.length + rest.length - HEADLINES).toBeLessThanOrEqual(64);
  },
);
