import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { batchStats, type BatchStats } from '../../../src/sinks/metrics/batchStats.js';
import { labelled, padded } from '../../sinks/batches.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const batches: Record<string, PaddedBatch> = {
  a: padded([3, 1]),
  b: padded([4]),
  l: labelled([3, 1], [2, 0]),
  m: labelled([2], [2]),
};

const stats: BatchStats = {
  batches: 2,
  rows: 3,
  tokens: 8,
  padding: 0.2,
  length: { min: 1, mean: 8 / 3, max: 4 },
  classes: undefined,
};
const zeros: BatchStats = {
  batches: 0,
  rows: 0,
  tokens: 0,
  padding: 0,
  length: { min: 0, mean: 0, max: 0 },
  classes: undefined,
};

describe('batchStats', () => {
  it('emits what went through when it has ended', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|   ', batches);
      expectObservable(source.pipe(batchStats())).toBe('--------(s|)', { s: stats });
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('counts classes where rows have labels', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('--l--m--|', batches);
      expectObservable(source.pipe(batchStats())).toBe('--------(s|)', {
        s: { batches: 2, rows: 3, tokens: 6, padding: 0.25, length: { min: 1, mean: 2, max: 3 }, classes: [1, 0, 2] },
      });
    });
  });

  it('never emits of a source that never does', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<PaddedBatch>('-');
      expectObservable(source.pipe(batchStats())).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('emits zeros of an empty source', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<PaddedBatch>('--|');
      expectObservable(source.pipe(batchStats())).toBe('--(s|)', { s: zeros });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('passes an error of the source on', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--#', batches);
      expectObservable(source.pipe(batchStats())).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('fails at once on a label that is none', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--x--|', { x: labelled([1], [-1]) });
      expectObservable(source.pipe(batchStats())).toBe(
        '--#',
        undefined,
        new HeadwaterError('HW_LABEL', 'Row 0 has the label -1: a label is an index in the label encoder, from 0.'),
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('leaves the source when it is left', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|', batches);
      expectObservable(source.pipe(batchStats()), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });
});
