import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { EvaluatedBatch } from '../../../src/contracts/training/Evaluation.js';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { fitTemperature } from '../../../src/sinks/metrics/fitTemperature.js';
import { reliability, type Reliability } from '../../../src/sinks/metrics/reliability.js';
import { temperature } from '../../../src/sinks/metrics/temperature.js';
import { evaluated } from '../../sinks/batches.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** Rows of two classes that were all predicted to be of class 0, with so much confidence each. */
const sure = (confidences: readonly number[], labels: readonly number[]): EvaluatedBatch => ({
  ...evaluated(
    labels,
    labels.map(() => 0),
  ),
  probabilities: Float32Array.from(confidences.flatMap((p) => [p, 1 - p])),
});

const batches = { a: sure([0.875, 0.75], [0, 1]), b: sure([0.75], [0]) };

const nothing: Reliability = {
  rows: 0,
  accuracy: NaN,
  confidence: NaN,
  ece: NaN,
  bins: [
    { from: 0, to: 0.5, rows: 0, confidence: NaN, accuracy: NaN },
    { from: 0.5, to: 1, rows: 0, confidence: NaN, accuracy: NaN },
  ],
  sure: undefined,
};
const measured: Reliability = {
  rows: 3,
  accuracy: 2 / 3,
  confidence: 2.375 / 3,
  ece: 0.375 / 3,
  bins: [nothing.bins[0]!, { from: 0.5, to: 1, rows: 3, confidence: 2.375 / 3, accuracy: 2 / 3 }],
  sure: undefined,
};
const fitted = fitTemperature({ probabilities: [0.875, 0.125, 0.75, 0.25, 0.75, 0.25], labels: [0, 1, 0] });

const cases = [
  { name: 'reliability', operator: () => reliability({ bins: 2 }), result: measured },
  { name: 'temperature', operator: () => temperature(), result: fitted },
] as const;

describe.each(cases)('$name', ({ operator, result }) => {
  it('emits one result when the batches have ended', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|   ', batches);
      expectObservable(source.pipe<unknown>(operator())).toBe('--------(r|)', { r: result });
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });

  it('emits nothing of a source that goes on, or never emits', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b---', batches);
      const never = cold<EvaluatedBatch>('-');
      expectObservable(source.pipe<unknown>(operator()), '^--------!').toBe('----------');
      expectObservable(never.pipe<unknown>(operator())).toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^--------!');
      expectSubscriptions(never.subscriptions).toBe('^');
    });
  });

  it('passes an error of the source on', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--#', batches);
      expectObservable(source.pipe<unknown>(operator())).toBe('-----#');
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('leaves the source when it is left', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--|', batches);
      expectObservable(source.pipe<unknown>(operator()), '---^--!').toBe('-------');
      expectSubscriptions(source.subscriptions).toBe('---^--!');
    });
  });

  it('counts afresh for every subscriber', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const result$ = cold('--a--b--|', batches).pipe<unknown>(operator());
      expectObservable(result$).toBe('--------(r|)', { r: result });
      expectObservable(result$, '-^').toBe('---------(r|)', { r: result });
    });
  });
});

describe('reliability', () => {
  it('reports no rows of an empty source', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<EvaluatedBatch>('--|');
      expectObservable(source.pipe(reliability({ bins: 2 }))).toBe('--(r|)', { r: nothing });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it('fails at once on a probability that is none', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--x--|', { ...batches, x: sure([NaN], [0]) });
      const error = new HeadwaterError(
        'HW_NUMERIC',
        'reliability: the probability of the class predicted for row 0 of a batch is NaN, and must be from 0 to 1.',
      );
      expectObservable(source.pipe(reliability())).toBe('-----#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });
});

describe('temperature', () => {
  it('fails where there were no rows', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const error = new HeadwaterError(
        'HW_EMPTY',
        'There are no rows to fit a temperature on. Give it validation rows.',
      );
      expectObservable(cold<EvaluatedBatch>('--|').pipe(temperature())).toBe('--#', undefined, error);
    });
  });
});
