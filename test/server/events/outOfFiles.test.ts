import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { seenLog } from '../../../src/cli/live/seenLog.js';
import { eventLog } from '../../../src/server/events/eventLog.js';
import type * as ReplaceOpen from '../../../src/sinks/files/replaceOpen.js';

const files = vi.hoisted(() => ({ out: false }));

vi.mock('../../../src/sinks/files/replaceOpen.js', async (original) => {
  const { replaceOpen } = await original<typeof ReplaceOpen>();
  return {
    replaceOpen: (...args: Parameters<typeof replaceOpen>): number => {
      if (files.out) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
      return replaceOpen(...args);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-files-'));
});
afterEach(() => {
  files.out = false;
  rmSync(folder, { recursive: true, force: true });
});

it('a log of events goes on where it cannot be rewritten, and is rewritten later', () => {
  const path = join(folder, 'events.log');
  const log = eventLog(path);
  const frame = (number: number): Buffer => Buffer.from(`id: ${log.epoch}-${number}\ndata: ${'x'.repeat(2 ** 20)}\n\n`);
  let number = 0;
  const grow = (): void => {
    while (!log.isLong) log.append(frame(number++));
  };
  grow();
  files.out = true;
  log.rewrite([frame(number - 1)]);
  expect(log.isLong).toBe(false);
  log.append(frame(number++));
  files.out = false;
  grow();
  log.rewrite([frame(number - 1)]);
  log.append(frame(number));
  const { first, frames } = eventLog(path);
  expect([first, frames.length]).toEqual([number - 1, 2]);
});

it('so does a log of seen headlines', async () => {
  const failures: unknown[] = [];
  const faults = { damaged: { next: () => undefined }, failed: { next: (error: unknown) => failures.push(error) } };
  const seen = seenLog(folder, () => 10, undefined, faults);
  const size = (): number => statSync(join(folder, 'seen.log')).size;
  const see = async (name: string): Promise<void> => {
    seen.see(name);
    // The log is written in a microtask.
    await setImmediate();
  };
  files.out = true;
  for (let count = 0; count < 40; count++) await see(String(count));
  expect(size()).toBeGreaterThan(40 * 8);
  files.out = false;
  await see('last');
  expect(size()).toBeLessThan(20 * 8);
  expect(failures).toEqual([]);
});
