import { Subject, of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../../src/contracts/training/Evaluation.js';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { predict } from '../../../src/operators/training/predict.js';
import { paddedBatch } from '../../../src/testing/paddedBatch.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { deferredModel } from '../../operators/deferredModel.js';

const batches = {
  A: { ...paddedBatch({ seed: 1, size: 3 }), ids: Int32Array.of(7, 3, 5) },
  B: { ...paddedBatch({ seed: 2, size: 2 }), ids: Int32Array.of(2, 9) },
};

const distributions: Record<number, readonly number[]> = {
  7: [0.25, 0.75],
  3: [0.5, 0.5],
  5: [0.125, 0.875],
  2: [1, 0],
  9: [0, 1],
};
const probabilities = ({ ids }: PaddedBatch, row: number): readonly number[] => distributions[ids[row] ?? 0] ?? [];
const prediction = (id: number, predicted: number): Prediction => ({
  type: 'prediction',
  id,
  predicted,
  probabilities: Float32Array.from(distributions[id] ?? []),
});
const rows = {
  a: prediction(7, 1),
  b: prediction(3, 0),
  c: prediction(5, 1),
  d: prediction(2, 0),
  e: prediction(9, 1),
};

describe('predict', () => {
  it('emits one prediction a row, in the order of the rows', () => {
    const model = recordingModel({ probabilities });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('--A------B---|', batches);
      const expected = '   --(abc)--(de)|';
      const subscribed = ' ^------------!';
      expectObservable(batch$.pipe(predict(model))).toBe(expected, rows);
      expectSubscriptions(batch$.subscriptions).toBe(subscribed);
    });
    expect(model.calls).toEqual([
      { type: 'predict', batch: batches.A },
      { type: 'predict', batch: batches.B },
    ]);
  });

  it('waits on a source that never emits', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-', batches);
      expectObservable(batch$.pipe(predict(recordingModel())), '^--!').toBe('-');
      expectSubscriptions(batch$.subscriptions).toBe('^--!');
    });
  });

  it('completes with an empty source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('--|', batches);
      expectObservable(batch$.pipe(predict(recordingModel()))).toBe('--|');
      expectSubscriptions(batch$.subscriptions).toBe('^-!');
    });
  });

  it('hands on an error of the source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-B-----#', batches, cut);
      expectObservable(batch$.pipe(predict(recordingModel({ probabilities })))).toBe('-(de)--#', rows, cut);
      expectSubscriptions(batch$.subscriptions).toBe('^------!');
    });
  });

  it('ends with what the model throws, none of that batch emitted, and leaves the source', () => {
    const thrown = new Error('no memory');
    const model = recordingModel({
      probabilities: (batch, row) => {
        if (batch.ids[row] === 5) throw thrown;
        return probabilities(batch, row);
      },
    });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-B-----A-B|', batches);
      expectObservable(batch$.pipe(predict(model))).toBe('-(de)--#', rows, thrown);
      expectSubscriptions(batch$.subscriptions).toBe('^------!');
    });
  });

  it('predicts no batch more once it is unsubscribed from', () => {
    const model = recordingModel({ probabilities });
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batch$ = cold('-B-----A-|', batches);
      expectObservable(batch$.pipe(predict(model)), '^-----!').toBe('-(de)-', rows);
      expectSubscriptions(batch$.subscriptions).toBe('^-----!');
    });
    expect(model.predicted).toEqual([batches.B]);
  });

  it('stops within a batch when a synchronous consumer has enough', () => {
    const seen: number[] = [];
    of(batches.A)
      .pipe(predict(recordingModel({ probabilities })), take(2))
      .subscribe(({ id }) => seen.push(id));
    expect(seen).toEqual([7, 3]);
  });

  it('keeps the order when a consumer pushes a batch from within', () => {
    const batch$ = new Subject<PaddedBatch>();
    const seen: number[] = [];
    batch$.pipe(predict(recordingModel({ probabilities }))).subscribe(({ id }) => {
      seen.push(id);
      if (id === 7) batch$.next(batches.B);
    });
    batch$.next(batches.A);
    expect(seen).toEqual([7, 3, 5, 2, 9]);
  });

  it('gives each prediction probabilities of its own, not a view of the batch', () => {
    const seen: Prediction[] = [];
    of(batches.A)
      .pipe(predict(recordingModel({ probabilities })))
      .subscribe((row) => seen.push(row));
    expect(seen.map((row) => row.probabilities.buffer.byteLength)).toEqual([8, 8, 8]);
  });

  it('ends with HW_NUMERIC rather than call a row of NaN class 0', () => {
    const seen: unknown[] = [];
    of(batches.A)
      .pipe(predict(recordingModel({ probabilities: () => [0.5, NaN] })))
      .subscribe({ next: (row) => seen.push(row), error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({ code: 'HW_NUMERIC', message: expect.stringContaining('row 7') as unknown }),
    ]);
  });

  it('emits the rows of a model whose results come later in the order of the batches', () => {
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(
        cold('A-----B-|', batches).pipe(predict(deferredModel(recordingModel({ probabilities }), 4))),
      ).toBe('----(abc)-(de|)', rows);
    });
  });
});
