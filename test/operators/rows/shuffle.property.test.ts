import fc from 'fast-check';
import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { shuffle } from '../../../src/operators/rows/shuffle.js';

const shuffled = (rows: number, buffer: number, seed: number, epoch?: number): number[] => {
  const order: number[] = [];
  from(Array.from({ length: rows }, (_, i) => i))
    .pipe(shuffle({ buffer, seed, epoch, yieldAfter: Infinity }))
    .subscribe((value) => order.push(value));
  return order;
};

const run = { seed: 1, numRuns: 300 };
const anyRows = fc.nat({ max: 200 });
const anyBuffer = fc.integer({ min: 1, max: 220 });

describe('shuffle', () => {
  it('is a permutation, whatever the buffer, the seed and the epoch', () => {
    fc.assert(
      fc.property(anyRows, anyBuffer, fc.integer(), fc.nat({ max: 50 }), (rows, buffer, seed, epoch) => {
        const order = shuffled(rows, buffer, seed, epoch);
        expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
      }),
      run,
    );
  });

  it('moves no value forward by as many places as the buffer has', () => {
    fc.assert(
      fc.property(anyRows, anyBuffer, fc.integer(), (rows, buffer, seed) => {
        shuffled(rows, buffer, seed).forEach((value, place) => expect(value - place).toBeLessThan(buffer));
      }),
      run,
    );
  });

  it('is a function of its input, seed and epoch', () => {
    fc.assert(
      fc.property(anyRows, anyBuffer, fc.integer(), fc.nat({ max: 50 }), (rows, buffer, seed, epoch) => {
        expect(shuffled(rows, buffer, seed, epoch)).toEqual(shuffled(rows, buffer, seed, epoch));
      }),
      run,
    );
  });
});
