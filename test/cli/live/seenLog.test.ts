import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { seenLog } from '../../../src/cli/live/seenLog.js';
import type { DedupeMemory } from '../../../src/operators/live/dedupeMemory.js';
import { scratchFolder } from '../../examples/headlines.js';

it('still knows after a restart what was seen again and again, and its log does not grow', async () => {
  const folder = scratchFolder();
  const opened = (): DedupeMemory =>
    seenLog(folder, () => 100, undefined, {
      damaged: { next: (damage) => expect.fail(damage.message) },
      failed: { next: (error) => expect.fail(String(error)) },
    });
  let seen = opened();
  for (let i = 0; i < 1000; i++) {
    // It stands in its feed all the time.
    seen.see('old');
    seen.see(`new ${String(i)}`);
    // The log is written in a microtask.
    await setImmediate();
    expect(statSync(join(folder, 'seen.log')).size).toBeLessThan(130 * 8 + 100);
    if (i % 90 === 89) {
      seen = opened();
      expect(seen.has('old')).toBe(true);
      expect(seen.has(`new ${String(i)}`)).toBe(true);
    }
  }
});

it('has room for the feeds that are added, and still has it after a restart', async () => {
  const folder = scratchFolder();
  let room = 10;
  const opened = (): DedupeMemory =>
    seenLog(folder, () => room, undefined, {
      damaged: { next: (damage) => expect.fail(damage.message) },
      failed: { next: (error) => expect.fail(String(error)) },
    });
  const names = Array.from({ length: 40 }, (_, i) => String(i));
  const seen = opened();
  for (const name of names.slice(0, 8)) seen.see(name);
  room = 50;
  for (const name of names.slice(8)) seen.see(name);
  await setImmediate();
  expect(names.filter((name) => !seen.has(name))).toEqual([]);
  expect(names.filter((name) => !opened().has(name))).toEqual([]);
  room = 5;
  expect(opened().size).toBe(5);
});
