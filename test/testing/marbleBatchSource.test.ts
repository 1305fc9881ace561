import { describe, expect, it } from 'vitest';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { marbleBatchSource } from '../../src/testing/marbleBatchSource.js';
import { marbleValve } from '../../src/testing/marbleValve.js';
import { runMarbles } from '../../src/testing/runMarbles.js';

const batches = {
  a: labelledBatch({ seed: 1, size: 3 }),
  b: labelledBatch({ seed: 2, size: 1 }),
  v: labelledBatch({ seed: 3, size: 2 }),
};

describe('marbleBatchSource', () => {
  it('plays a diagram a side, or one an epoch, and remembers what was asked', () => {
    runMarbles((helpers) => {
      const source = marbleBatchSource(helpers, { train: ['-a-b|', '-b-a|'], validation: '-v|' }, batches);
      helpers.expectObservable(source.batches('train', 1)).toBe('-a-b|', batches);
      helpers.expectObservable(source.batches('train', 2)).toBe('-b-a|', batches);
      helpers.expectObservable(source.batches('train', 3)).toBe('-b-a|', batches);
      helpers.expectObservable(source.batches('validation', 3)).toBe('-v|', batches);
      helpers.expectObservable(source.batches('test', 1)).toBe('|');
      helpers.flush();
      expect(source.asked.map(({ side, epoch, batch$ }) => `${side} ${epoch}: ${batch$.read}`)).toEqual([
        'train 1: 2',
        'train 2: 2',
        'train 3: 2',
        'validation 3: 1',
        'test 1: 0',
      ]);
    });
  });

  it('counts the rows of the first epoch, unless it is told how many there are', () => {
    runMarbles((helpers) => {
      const sides = { train: ['-a-b|', '-b|'], validation: '-v#' };
      expect(marbleBatchSource(helpers, sides, batches).rows).toEqual({ train: 4, validation: 2, test: 0 });
      expect(marbleBatchSource(helpers, sides, batches, { rows: { train: 9 } }).rows).toEqual({
        train: 9,
        validation: 2,
        test: 0,
      });
    });
  });

  it('honours a valve and fails with the error given', () => {
    runMarbles((helpers) => {
      const valve = marbleValve(helpers, 'c---o');
      const source = marbleBatchSource(helpers, { train: '-a#' }, batches, { valve, error: 'cut' });
      helpers.expectObservable(source.batches('train', 1)).toBe('----a#', batches, 'cut');
    });
  });

  it('refuses a letter that stands for no batch', () => {
    runMarbles((helpers) => {
      expect(() => marbleBatchSource(helpers, { train: '-z|' }, batches)).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
      expect(() => marbleBatchSource(helpers, { train: '-a|', validation: ['-v|', '-z|'] }, batches)).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    });
  });
});
