import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EvaluatedBatch } from '../../../src/contracts/training/Evaluation.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import { evaluate } from '../../../src/operators/training/evaluate.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { deferredModel } from '../../operators/deferredModel.js';

const batches = {
  a: labelledBatch({ seed: 1, size: 3, firstId: 10 }),
  b: labelledBatch({ seed: 2, size: 2, firstId: 20 }),
};

const distributions: Record<number, readonly number[]> = {
  10: [0.125, 0.625, 0.25],
  11: [0.5, 0.25, 0.25],
  12: [0.25, 0.375, 0.375], // a tie: the first of equals
  20: [0, 0, 1],
  21: [0.25, 0.5, 0.25],
};
const options = {
  classes: 3,
  probabilities: ({ ids }: { ids: Int32Array }, row: number) => distributions[ids[row] ?? 0] ?? [],
};

const evaluated = (batch: LabelledBatch, predicted: readonly number[], loss = 1): EvaluatedBatch => ({
  type: 'evaluated',
  ids: batch.ids,
  labels: batch.labels,
  predicted: Int32Array.from(predicted),
  probabilities: Float32Array.from([...batch.ids].flatMap((id) => distributions[id] ?? [])),
  loss,
  weight: batch.size,
});
const x = evaluated(batches.a, [1, 0, 1]);
const y = evaluated(batches.b, [2, 1]);

describe('evaluate', () => {
  it('emits predictions, probabilities and loss of each batch, and changes no weight', () => {
    const model = recordingModel({ ...options, validationLosses: ({ size }) => size / 4 });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a--b-|', batches);
      const expected = '   -x--y-|';
      const subscribed = ' ^-----!';
      expectObservable(batch$.pipe(evaluate(model))).toBe(expected, {
        x: { ...x, loss: 0.75 },
        y: { ...y, loss: 0.5 },
      });
      expectSubscriptions(batch$.subscriptions).toBe(subscribed);
    });
    expect(model.evaluated).toEqual([batches.a, batches.b]);
    expect(model.calls.map(({ type }) => type)).toEqual(['evaluate', 'evaluate']);
  });

  it('weighs each batch by its class weights', () => {
    const seen: EvaluatedBatch[] = [];
    of({ ...batches.a, labels: Int32Array.of(0, 1, 2) })
      .pipe(evaluate(recordingModel({ ...options, classWeights: [0.5, 0.25, 0.125] })))
      .subscribe((result) => seen.push(result));
    expect(seen.map(({ weight }) => weight)).toEqual([0.875]);
  });

  it('lets a loss that is not a number pass where the probabilities are numbers', () => {
    const seen: EvaluatedBatch[] = [];
    of(batches.a)
      .pipe(evaluate(recordingModel({ ...options, validationLosses: [NaN] })))
      .subscribe((result) => seen.push(result));
    expect(seen).toEqual([{ ...x, loss: NaN }]);
  });

  it('waits on a source that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-', batches);
      expectObservable(batch$.pipe(evaluate(recordingModel(options))), '^--!').toBe('-');
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('--|', batches);
      expectObservable(batch$.pipe(evaluate(recordingModel(options)))).toBe('--|');
      expectSubscriptions(batch$.subscriptions).toBe('^-!');
    });
  });

  it('hands on an error of the source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-#', batches, cut);
      expectObservable(batch$.pipe(evaluate(recordingModel(options)))).toBe('-x-#', { x }, cut);
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('ends with what the model throws, and leaves the source', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      ...options,
      validationLosses: ({ size }) => {
        if (size === 2) throw thrown;
        return 1;
      },
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-b-a|', batches);
      expectObservable(batch$.pipe(evaluate(model))).toBe('-x-#', { x }, thrown);
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('measures no batch more once it is unsubscribed from', () => {
    const model = recordingModel(options);
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-a-b-a|', batches);
      expectObservable(batch$.pipe(evaluate(model)), '^--!').toBe('-x--', { x });
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
    expect(model.evaluated).toEqual([batches.a]);
  });

  it('ends with HW_NUMERIC rather than call a row of NaN class 0', () => {
    const seen: unknown[] = [];
    of(batches.a)
      .pipe(
        evaluate(recordingModel({ classes: 3, probabilities: (_, row) => (row === 1 ? [NaN, NaN, NaN] : [1, 0, 0]) })),
      )
      .subscribe({ next: (result) => seen.push(result), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({ code: 'HW_NUMERIC', message: expect.stringContaining('row 11') as unknown }),
    ]);
  });

  it('ends with HW_USAGE when a model gives probabilities of another shape', () => {
    const model: Trainable = { ...recordingModel(options), classes: 4 };
    const seen: unknown[] = [];
    of(batches.a)
      .pipe(evaluate(model))
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining('9 probabilities for 3 rows of 4 classes') as unknown,
      }),
    ]);
  });

  it('emits the batches of a model whose results come later in their order', () => {
    const model = deferredModel(recordingModel(options), 4);
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold('ab|', batches).pipe(evaluate(model))).toBe('----x(y|)', { x, y });
    });
  });
});
