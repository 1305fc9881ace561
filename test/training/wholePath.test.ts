import { memory } from '@tensorflow/tfjs-core';
import {
  concat,
  concatMap,
  connect,
  defer,
  finalize,
  last,
  map,
  merge,
  type Observable,
  of,
  range,
  switchMap,
  take,
  tap,
  throwError,
} from 'rxjs';
import { expect, test } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { type Row, type Side, SIDES } from '../../src/contracts/rows/Row.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import type { Trainable } from '../../src/contracts/models/Trainable.js';
import { type Classifier, classifier } from '../../src/models/classifier.js';
import { type Cell, classifierConfig } from '../../src/models/ClassifierConfig.js';
import { batches } from '../../src/operators/batches/batches.js';
import { batchSource } from '../../src/operators/batches/batchSource.js';
import { evaluate } from '../../src/operators/training/evaluate.js';
import { fit } from '../../src/operators/training/fit.js';
import { prepare, type Split } from '../../src/operators/rows/prepare.js';
import { trainStep } from '../../src/operators/training/trainStep.js';
import { batchStats } from '../../src/sinks/metrics/batchStats.js';
import { metrics } from '../../src/sinks/metrics/metrics.js';
import { overHttp } from './overHttp.js';

const small = (cell: Cell, { tokenizer, labelEncoder, classWeights }: Split): Classifier =>
  classifier(
    classifierConfig({
      cell,
      vocabularySize: tokenizer.size,
      classes: labelEncoder.size,
      embeddingDim: 16,
      hiddenDim: 16,
      fcDim: 16,
    }),
    { seed: 7, classWeights },
  );

test("a whole fit, its measurement and the model's end leave no tensor behind", async () => {
  const before = memory().numTensors;
  const counts = new Set<number>();
  const reports = await overHttp(600, (row$, brake) =>
    prepare(row$, { valve: brake }).pipe(
      switchMap((split) => {
        const model = small('gru', split);
        const source = batchSource(split, { batchSize: 32, valve: brake });
        const training$ = of(source).pipe(fit(model, { epochs: 3, learningRate: 5e-3 }));
        const measured$ = defer(() => source.batches('test', 1)).pipe(
          evaluate(model),
          metrics(split.labelEncoder.classes),
        );
        return concat(training$, measured$).pipe(
          tap(() => counts.add(memory().numTensors)),
          last(),
          finalize(() => model.dispose()),
        );
      }),
    ),
  );
  expect(reports).toHaveLength(1);
  // The same number at every event: the weights, and two moments of each.
  expect(counts.size).toBe(1);
  expect([...counts][0]).toBeGreaterThan(before);
  expect(memory().numTensors).toBe(before);
});

/** What comes of a training that is left, or breaks, in the middle of its second epoch. */
const brokenOff = async (
  breakIt: (row$: Observable<Row>, readings: () => number) => Observable<Row>,
  events: number,
): Promise<{ readonly steps: number; readonly added: number }> => {
  let steps = 0;
  let added = NaN;
  let readings = 0;
  let model: Classifier | undefined;
  const done = overHttp(600, (row$, brake) =>
    prepare(
      breakIt(
        defer(() => {
          readings += 1;
          return row$;
        }),
        () => readings,
      ),
      { valve: brake },
    ).pipe(
      switchMap((split) => {
        model = small('gru', split);
        const before = memory().numTensors;
        return of(batchSource(split, { batchSize: 32, valve: brake })).pipe(
          fit(model, { epochs: 3, learningRate: 5e-3 }),
          tap(({ type }) => void (steps += type === 'step' ? 1 : 0)),
          take(events),
          finalize(() => (added = memory().numTensors - before)),
        );
      }),
    ),
  );
  try {
    await done;
  } finally {
    model?.dispose();
  }
  return { steps, added };
};

test('leaving in the middle of an epoch leaves no tensor behind, and makes no further step', async () => {
  const before = memory().numTensors;
  // Of 600 rows 419 or so are train rows: 14 steps an epoch, 3 validation steps, and 2 events around them.
  const { steps, added } = await brokenOff((row$) => row$, 26);
  expect(added).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(steps).toBeGreaterThan(14);
  expect(steps).toBeLessThan(28);
  expect(memory().numTensors).toBe(before);
});

test('an error in the middle of a training leaves no tensor behind', async () => {
  const before = memory().numTensors;
  // Reading 1 prepares; 2 and 3 are the first epoch's; 4 is the train side of the second.
  const breakIt = (row$: Observable<Row>, readings: () => number): Observable<Row> =>
    row$.pipe(
      switchMap((row) =>
        readings() === 4 && row.id === 300 ? throwError(() => new Error('the disk is gone')) : of(row),
      ),
    );
  await expect(brokenOff(breakIt, Infinity)).rejects.toThrow('the disk is gone');
  expect(memory().numTensors).toBe(before);
});

test('the sides have the same rows in every epoch, no row is on two, and none is lost', async () => {
  const ids = new Map<string, readonly number[]>();
  const all: number[] = [];
  const epochs = [1, 2, 3];
  await overHttp(600, (row$, brake) =>
    prepare(row$.pipe(tap(({ id }) => void all.push(id))), { valve: brake }).pipe(
      switchMap((split) => {
        const read = (side: Side, epoch: number) =>
          batches(split, { side, epoch, batchSize: 32, valve: brake }).pipe(
            tap((batch) => ids.set(`${side} ${epoch}`, [...(ids.get(`${side} ${epoch}`) ?? []), ...batch.ids])),
          );
        return concat(...epochs.flatMap((epoch) => SIDES.map((side) => read(side, epoch))));
      }),
    ),
  );
  const of = (side: Side, epoch: number): readonly number[] => ids.get(`${side} ${epoch}`) ?? [];
  const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
  for (const side of SIDES) for (const epoch of epochs) expect(sorted(of(side, epoch))).toEqual(sorted(of(side, 1)));
  expect(sorted(SIDES.flatMap((side) => of(side, 1)))).toEqual(sorted(all.slice(0, 600)));
  expect(all.slice(0, 600)).toHaveLength(new Set(all).size);
  // Only the train rows come in an order of the epoch's own.
  expect(of('train', 2)).not.toEqual(of('train', 1));
  expect(of('validation', 2)).toEqual(of('validation', 1));
  expect(of('test', 3)).toEqual(of('test', 1));
});

/** A model whose batches are noted. */
const noting = (model: Classifier, seen: LabelledBatch[]): Trainable => ({
  ...model,
  trainBatch: (batch, context) => {
    seen.push(batch);
    return model.trainBatch(batch, context);
  },
});

/**
 * Two epochs of some models and a sink on one batch stream; the weights that the models end with, and what they saw.
 */
const together = async (cells: readonly Cell[]) => {
  const seen: LabelledBatch[][] = cells.map(() => []);
  const rows: number[] = [];
  const weights: StateDict[] = [];
  let readings = 0;
  await overHttp(400, (row$, brake) =>
    prepare(
      defer(() => {
        readings += 1;
        return row$;
      }),
      { valve: brake },
    ).pipe(
      switchMap((split) => {
        const models = cells.map((cell) => small(cell, split));
        return range(1, 2).pipe(
          concatMap((epoch) =>
            batches(split, { side: 'train', epoch, batchSize: 32, valve: brake }).pipe(
              connect((batch$) =>
                merge(
                  ...models.map((model, i) =>
                    batch$.pipe(trainStep(noting(model, seen[i] ?? []), { epoch, learningRate: 1e-3 })),
                  ),
                  batch$.pipe(
                    batchStats(),
                    map((stats) => void rows.push(stats.rows)),
                  ),
                ),
              ),
            ),
          ),
          finalize(() => {
            for (const model of models) {
              weights.push(model.stateDict());
              model.dispose();
            }
          }),
        );
      }),
    ),
  );
  return { seen, rows, weights, readings };
};

test('two models and a sink on one batch stream: one reading an epoch, the same batches, and each learns what it learns alone', async () => {
  const { seen, rows, weights, readings } = await together(['gru', 'rnn']);
  expect(readings).toBe(1 + 2);
  const [first = [], second = []] = seen;
  expect(first.length).toBeGreaterThan(16);
  expect(second).toHaveLength(first.length);
  first.forEach((batch, i) => expect(second[i]).toBe(batch));
  expect(rows[0]).toBe(rows[1]);
  expect((rows[0] ?? 0) + (rows[1] ?? 0)).toBe(first.reduce((sum, { size }) => sum + size, 0));

  const alone = await together(['gru']);
  expect(weights[0]).toEqual(alone.weights[0]);
});
