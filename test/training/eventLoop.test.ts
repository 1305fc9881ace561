import { expect, test } from 'vitest';
import { registerBackend } from '../../src/ops/backends/registerBackend.js';
import { trainInTurns } from './trainInTurns.js';

test("the event loop is never held for more than 100 ms while the lesson's GRU trains, from the first step on", async () => {
  registerBackend({ threads: 1 });
  const turns = await trainInTurns(3000, 2);
  // 33 train steps and 8 of validation an epoch.
  expect(turns.reduce((sum, { steps }) => sum + steps.length, 0)).toBeGreaterThan(75);
  expect(Math.max(...turns.map(({ held }) => held))).toBeLessThan(100);
});
