import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headlineRows } from '../../src/testing/headlineRows.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { paddedBatch } from '../../src/testing/paddedBatch.js';
import { tokenizedRows } from '../../src/testing/tokenizedRows.js';

const fixedSeed = { seed: 20_200, numRuns: 100 };
const sizes = fc.record({
  seed: fc.integer(),
  size: fc.integer({ min: 1, max: 40 }),
  shortest: fc.integer({ min: 1, max: 5 }),
  longest: fc.integer({ min: 5, max: 30 }),
  vocabulary: fc.integer({ min: 2, max: 100 }),
  classes: fc.integer({ min: 1, max: 6 }),
  firstId: fc.nat(1000),
});

describe('labelledBatch', () => {
  it('is a batch as the contract has it, whatever its sizes', () => {
    fc.assert(
      fc.property(sizes, (options) => {
        const { size, time, tokens, lengths, ids, labels } = labelledBatch(options);
        expect(size).toBe(options.size);
        expect(tokens).toHaveLength(size * time);
        expect(time).toBe(Math.max(...lengths));
        expect(labels).toHaveLength(size);
        expect([...ids]).toEqual(Array.from({ length: size }, (_, row) => options.firstId + row));
        for (let row = 0; row < size; row++) {
          const length = lengths[row]!;
          expect(length).toBeGreaterThanOrEqual(options.shortest);
          expect(length).toBeLessThanOrEqual(options.longest);
          const held = tokens.subarray(row * time, (row + 1) * time);
          expect(held.subarray(0, length).every((token) => token >= 1 && token < options.vocabulary)).toBe(true);
          expect(held.subarray(length).every((token) => token === 0)).toBe(true);
          expect(labels[row]! >= 0 && labels[row]! < options.classes).toBe(true);
        }
      }),
      fixedSeed,
    );
  });

  it('is the same for the same seed, with buffers of its own, and another for another', () => {
    expect(labelledBatch({ seed: 5 })).toEqual(labelledBatch({ seed: 5 }));
    expect(labelledBatch({ seed: 5 }).tokens.buffer).not.toBe(labelledBatch({ seed: 5 }).tokens.buffer);
    expect(labelledBatch({ seed: 5 })).not.toEqual(labelledBatch({ seed: 6 }));
  });

  it.each([
    { size: 0 },
    { size: 1.5 },
    { shortest: 0 },
    { shortest: 5, longest: 4 },
    { vocabulary: 1 },
    { classes: 0 },
  ])('refuses %o', (options) => {
    expect(() => labelledBatch(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('paddedBatch', () => {
  it('is the labelled batch without its labels', () => {
    const { labels, ...rest } = labelledBatch({ seed: 5, size: 3 });
    expect(labels).toHaveLength(3);
    expect(paddedBatch({ seed: 5, size: 3 })).toEqual(rest);
  });
});

describe('tokenizedRows', () => {
  it('has its count of rows, empty ones too where they are asked for', () => {
    expect(tokenizedRows({ count: 0 })).toEqual([]);
    const rows = tokenizedRows({ seed: 1, count: 50, shortest: 0, longest: 1 });
    expect(new Set(rows.map(({ tokens }) => tokens.length))).toEqual(new Set([0, 1]));
  });

  it('refuses a count that is none', () => {
    expect(() => tokenizedRows({ count: -1 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('headlineRows', () => {
  it('gives headlines of all four classes, the same for the same seed', () => {
    const rows = headlineRows({ seed: 4, count: 100, firstId: 7 });
    expect(rows).toEqual(headlineRows({ seed: 4, count: 100, firstId: 7 }));
    expect(rows).not.toEqual(headlineRows({ seed: 5, count: 100, firstId: 7 }));
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 7));
    expect(new Set(rows.map(({ category }) => category))).toEqual(new Set(['Business', 'Sci/Tech', 'Sports', 'World']));
    expect(rows.every(({ title }) => title.split(' ').length > 2)).toBe(true);
  });

  it('refuses a count that is none', () => {
    expect(() => headlineRows({ count: NaN })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
