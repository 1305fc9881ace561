import { expect, test } from 'vitest';
import { backendVariant, registerBackend } from '../../src/ops/backends/registerBackend.js';
import { trainInTurns } from './trainInTurns.js';

test('on the reference kernels, too, the event loop has its turn after 25 ms and the step that was under way', async () => {
  registerBackend({ simd: 'none' });
  expect(backendVariant().simd).toBe('none');
  const turns = await trainInTurns(800, 2);
  expect(turns.reduce((sum, { steps }) => sum + steps.length, 0)).toBeGreaterThan(18);
  // No step begins once the slice of 25 ms is used up: the steps before the last one of a turn took less.
  for (const { steps } of turns) expect(steps.slice(0, -1).reduce((sum, step) => sum + step, 0)).toBeLessThan(25);
});
