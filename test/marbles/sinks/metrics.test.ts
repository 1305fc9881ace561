import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { EvaluatedBatch } from '../../../src/contracts/training/Evaluation.js';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { metrics, type Report } from '../../../src/sinks/metrics/metrics.js';
import { evaluated } from '../../sinks/batches.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const names = ['Sports', 'World'];
const batches = { a: evaluated([0, 1], [0, 0], 2, 2), b: evaluated([1, 1, 0], [1, 1, 1], 1, 6) };

const report: Report = {
  classes: names,
  performance: {
    overall: { precision: 0.6, recall: 0.6, f1: 0.6, num_samples: 5 },
    class: {
      Sports: { precision: 0.5, recall: 0.5, f1: 0.5, num_samples: 2 },
      World: { precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, num_samples: 3 },
    },
  },
  confusion: [1, 1, 1, 2],
  accuracy: 0.6,
  loss: 1.25,
  rows: 5,
};

const nothing: Report = {
  classes: names,
  performance: {
    overall: { precision: 0, recall: 0, f1: 0, num_samples: 0 },
    class: {
      Sports: { precision: 0, recall: 0, f1: 0, num_samples: 0 },
      World: { precision: 0, recall: 0, f1: 0, num_samples: 0 },
    },
  },
  confusion: [0, 0, 0, 0],
  accuracy: 0,
  loss: NaN,
  rows: 0,
};

describe('metrics', () => {
  it('emits one report when the batches have ended', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|   ', batches);
      const subs = '         ^-------!   ';
      const expected = '     --------(r|)';
      expectObservable(source.pipe(metrics(names))).toBe(expected, { r: report });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits nothing while the batches go on', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b---', batches);
      expectObservable(source.pipe(metrics(names)), '^--------!').toBe('----------');
      expectSubscriptions(source.subscriptions).toBe('^--------!');
    });
  });

  it('never emits of a source that never does', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<EvaluatedBatch>('-');
      expectObservable(source.pipe(metrics(names))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^');
    });
  });

  it('reports zeros, and no loss, of an empty source', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<EvaluatedBatch>('  --|');
      expectObservable(source.pipe(metrics(names))).toBe('--(r|)', { r: nothing });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('passes an error of the source on', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--#', batches);
      expectObservable(source.pipe(metrics(names))).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('fails at once on a class that it has no name for', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--x--|', { ...batches, x: evaluated([0, 2], [0, 0]) });
      const error = new HeadwaterError(
        'HW_LABEL',
        'The true class 2 (row 1 of its batch) is not one of the 2 classes that metrics were asked ' +
          'for: give the class names of the label encoder that the rows were encoded with.',
      );
      expectObservable(source.pipe(metrics(names))).toBe('-----#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('leaves the source when it is left', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--|', batches);
      expectObservable(source.pipe(metrics(names)), '---^--!').toBe('-------');
      expectSubscriptions(source.subscriptions).toBe('---^--!');
    });
  });

  it('counts afresh for every subscriber', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const result = cold('--a--b--|', batches).pipe(metrics(names));
      expectObservable(result).toBe('--------(r|)', { r: report });
      expectObservable(result, '-^').toBe('---------(r|)', { r: report });
    });
  });
});
