import { concatMap, from, interval, lastValueFrom, map, of, Subject, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../../src/contracts/training/BatchSource.js';
import type { Checkpoint } from '../../../src/contracts/training/Checkpoint.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../../src/contracts/models/StateDict.js';
import type { Trainable } from '../../../src/contracts/models/Trainable.js';
import type { CheckpointTaken, TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import { classifier } from '../../../src/models/classifier.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import { linearClassifier } from '../../../src/models/linear/linearClassifier.js';
import { linearConfig } from '../../../src/models/linear/LinearConfig.js';
import { trainable } from '../../../src/models/trainable.js';
import { wideGru } from '../../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../../src/models/wide/WideGruConfig.js';
import { fit, type FitOptions } from '../../../src/operators/training/fit.js';
import { reduceLrOnPlateau } from '../../../src/operators/training/reduceLrOnPlateau.js';
import { linear } from '../../../src/ops/layers/linear.js';
import { embedding } from '../../../src/ops/layers/embedding.js';
import { oneCycle } from '../../../src/ops/optimizers/rateSchedules.js';
import { registerOps } from '../../../src/ops/registerOps.js';
import { gatherLast } from '../../../src/ops/layers/gatherLast.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';
import { deferredModel } from '../deferredModel.js';

const COLUMNS = 64;

/** A batch with features, other ones for each epoch and place. */
const batchOf = (seed: number, size: number): LabelledBatch => {
  const batch = labelledBatch({ seed, size, classes: 3, vocabulary: 40 });
  const ids = Int32Array.from({ length: 3 * size }, (_, i) => (seed * 31 + i * 7) % COLUMNS);
  return {
    ...batch,
    features: {
      offsets: Int32Array.from({ length: size + 1 }, (_, i) => 3 * i),
      ids,
      values: Float32Array.from(ids, (id) => 0.25 + (id % 5) / 8),
    },
  };
};

const SIZES = [4, 3, 4, 2, 4];
const source: BatchSource = {
  rows: { train: 17, validation: 7, test: 0 },
  batches: (side, epoch) =>
    from(
      side === 'train'
        ? SIZES.map((size, i) => batchOf(epoch * 100 + i, size))
        : [4, 3].map((size, i) => batchOf(9000 + i, size)),
    ),
};

const bits = (state: StateDict) =>
  Array.from(state, ([name, { shape, data }]) => [name, [...shape], Buffer.from(data.slice().buffer).toString('hex')]);

const run = (model: Trainable, options: FitOptions): Promise<TrainingEvent[]> =>
  lastValueFrom(of(source).pipe(fit(model, options), toArray()));

const isCheckpoint = (event: TrainingEvent): event is CheckpointTaken => event.type === 'checkpoint';
const told = (events: readonly TrainingEvent[]) =>
  events.filter(({ type }) => type !== 'checkpoint' && type !== 'training-resumed');

const models: Record<string, () => Trainable & { optimizerState(): StateDict }> = {
  'a GRU with dropout': () =>
    classifier(
      classifierConfig({
        cell: 'gru',
        vocabularySize: 40,
        classes: 3,
        embeddingDim: 8,
        hiddenDim: 8,
        fcDim: 8,
        dropout: 0.5,
      }),
      { seed: 3 },
    ),
  'a linear model by sgd': () =>
    linearClassifier(linearConfig({ classes: 3, columns: COLUMNS, inverseRegularization: 0.1 }), {
      trainRows: 17,
      seed: 3,
    }),
  'a linear model by adagrad': () =>
    linearClassifier(linearConfig({ classes: 3, columns: COLUMNS, optimizer: 'adagrad', dropout: 0.5 }), {
      trainRows: 17,
      seed: 3,
    }),
  'a wide GRU with touched rows': () =>
    wideGru(wideGruConfig({ classes: 3, vocabularySize: 40, embeddingDim: 4, hiddenDim: 4, columns: COLUMNS }), {
      seed: 3,
    }),
  "a model of one's own": () =>
    trainable({
      classes: 3,
      parameters: {
        table: { shape: [40, 4], uniform: 1 },
        weight: { shape: [3, 4], uniform: 1 },
        bias: { shape: [3] },
      },
      forward: ({ table, weight, bias }, batch) =>
        linear(gatherLast(embedding(table, batch), batch.lengths), weight, bias),
    }),
};
registerOps();

const options: Record<string, FitOptions> = {
  'a rate that follows the validation loss': {
    epochs: 3,
    learningRate: 0.05,
    steps: [reduceLrOnPlateau({ patience: 0, threshold: 0.5 })],
  },
  'a schedule': { epochs: 3, learningRate: 0.05, schedule: oneCycle() },
};

describe.each(Object.keys(models))('%s', (name) => {
  it.each(Object.keys(options))('with %s ends with the same bits from each of its checkpoints', async (how) => {
    const plain = models[name]!();
    const expected = await run(plain, options[how]!);
    const watched = models[name]!();
    const events = await run(watched, { ...options[how], checkpointEvery: 1 });
    // To take a checkpoint changes nothing.
    expect(told(events)).toEqual(expected);
    expect(bits(watched.stateDict())).toEqual(bits(plain.stateDict()));
    const checkpoints = events.filter(isCheckpoint).map(({ checkpoint }) => checkpoint);
    expect(checkpoints.map(({ epoch, side, batch }) => `${epoch} ${side} ${batch}`)).toEqual([
      ...[1, 2, 3].flatMap((epoch) => [
        ...[1, 2, 3, 4].map((batch) => `${epoch} train ${batch}`),
        `${epoch} validation 0`,
      ]),
      '3 ended 0',
    ]);
    for (const checkpoint of checkpoints) {
      const resumed = models[name]!();
      const [first, ...rest] = await run(resumed, { ...options[how], from: checkpoint });
      expect(first).toMatchObject({ type: 'training-resumed', epoch: checkpoint.epoch, side: checkpoint.side });
      expect(rest).toEqual(expected.slice(checkpoint.events));
      expect(bits(resumed.stateDict())).toEqual(bits(plain.stateDict()));
    }
  });
});

describe('fit, with checkpoints', () => {
  const small = { epochs: 2, learningRate: 0.1, steps: [] };

  it('takes one within the validation side when asked, and goes on within it', async () => {
    const ask$ = new Subject<void>();
    const found: Checkpoint[] = [];
    const events = await lastValueFrom(
      of(source).pipe(
        fit(recordingModel({ classes: 3, validationLosses: ({ size }) => size / 8 }), {
          ...small,
          checkpointEvery: ask$,
        }),
        tap((event) => {
          if (event.type === 'validation-step' && event.rows === 4) ask$.next();
          if (event.type === 'checkpoint') found.push(event.checkpoint);
        }),
        toArray(),
      ),
    );
    const [first] = found;
    expect(first).toMatchObject({ epoch: 1, side: 'validation', batch: 1, steps: 5 });
    expect(first?.scores.rows).toBe(4);
    const model = recordingModel({ classes: 3, validationLosses: ({ size }) => size / 8 });
    const resumed = await run(model, { ...small, from: first });
    expect(told(resumed)).toEqual(told(events).slice(first?.events));
    expect(model.trained).toHaveLength(5);
  });

  it('copies a model on a device behind its steps in the queue, and before the next', async () => {
    const losses = { classes: 3, losses: (_: LabelledBatch, { step }: { step: number }) => 1 / (step + 1) };
    const on = (options: FitOptions) =>
      lastValueFrom(of(source).pipe(fit(deferredModel(recordingModel(losses), 2), options), toArray()));
    const expected = await on(small);
    const events = await on({ ...small, checkpointEvery: 2 });
    expect(told(events)).toEqual(expected);
    const found = events.filter(isCheckpoint).map(({ checkpoint }) => checkpoint);
    expect(found.map(({ weights, steps }) => [weights.get('steps')?.data[0], steps])).toEqual([
      [2, 2],
      [4, 4],
      [6, 6],
      [8, 8],
      [10, 10],
      // The weights of the best epoch, which the model ends with.
      [5, 10],
    ]);
    for (const checkpoint of found)
      expect(told(await on({ ...small, from: checkpoint }))).toEqual(expected.slice(checkpoint.events));
  });

  it.each([
    ['epochs', { epochs: 3 }],
    ['learningRate', { learningRate: 0.2 }],
    ['keep', { keep: 'last' }],
    ['averageOver', { averageOver: 'batches' }],
    ['monitor', { monitor: 'accuracy' }],
    ['scheduled', { schedule: oneCycle() }],
  ] as const)('refuses a checkpoint of another training: its %s', async (field, other) => {
    const checkpoint = (await run(recordingModel({ classes: 3 }), { ...small, checkpointEvery: 3 })).find(isCheckpoint);
    await expect(
      run(recordingModel({ classes: 3 }), { ...small, ...other, from: checkpoint?.checkpoint }),
    ).rejects.toMatchObject({ code: 'HW_USAGE', message: expect.stringContaining(`its ${field} was`) as string });
  });

  it('refuses a checkpoint of other rows, or of another model', async () => {
    const taken = (await run(recordingModel({ classes: 3 }), { ...small, checkpointEvery: 3 })).find(isCheckpoint);
    const more = { ...source, rows: { ...source.rows, train: 18 } };
    await expect(
      lastValueFrom(of(more).pipe(fit(recordingModel({ classes: 3 }), { ...small, from: taken?.checkpoint }))),
    ).rejects.toThrow('its train rows was 17, and is now 18');
    await expect(
      run(recordingModel({ classes: 3, name: 'other' }), { ...small, from: taken?.checkpoint }),
    ).rejects.toThrow('its model was recording, and is now other');
  });

  it('refuses the same rows in other batches, or in another order', async () => {
    const reading = (...batches: readonly (readonly number[])[]): BatchSource => ({
      rows: { train: 8, validation: 2, test: 0 },
      batches: (side) =>
        from(
          (side === 'train' ? batches : [[8], [9]]).map((ids) => ({
            ...labelledBatch({ size: ids.length }),
            ids: Int32Array.from(ids),
          })),
        ),
    });
    const first = [0, 1];
    const last = [4, 5, 6, 7];
    const options = { epochs: 2, keep: 'last' as const, steps: [] };
    const events = await lastValueFrom(
      of(reading(first, [2, 3], last)).pipe(fit(recordingModel(), { ...options, checkpointEvery: 1 }), toArray()),
    );
    const checkpoints = events.filter(isCheckpoint).map(({ checkpoint }) => checkpoint);
    const goOn = (from: Checkpoint, ...batches: readonly (readonly number[])[]) =>
      lastValueFrom(of(reading(...batches)).pipe(fit(recordingModel(), { ...options, from })));
    const second = checkpoints.find(({ side, batch }) => side === 'train' && batch === 2);
    if (second === undefined) throw new Error('There is no checkpoint after the second batch.');
    expect(await goOn(second, first, [2, 3], last)).toMatchObject({ type: 'training-ended' });
    for (const others of [
      [first, [3, 2], last],
      [[2, 3], first, last],
      [[0, 1, 2, 3], last],
      [[0, 1, 2], [3], last],
      [[0, 1, 2, 3, 4, 5, 6, 7]],
    ])
      await expect(goOn(second, ...others)).rejects.toMatchObject({
        code: 'HW_USAGE',
        message: expect.stringContaining('the first 2 batches of the train side had other rows then') as string,
      });
  });

  it('refuses a model without the state of its optimizer, at once', () => {
    const model: Trainable = { ...recordingModel() };
    delete model.optimizerState;
    expect(() => fit(model, { checkpointEvery: 1 })).toThrow('no optimizerState()');
    expect(() => fit(recordingModel(), { checkpointEvery: 0 })).toThrow('checkpointEvery');
  });

  it('ends with the error of what asks for checkpoints', async () => {
    const failing$ = interval(0).pipe(
      map(() => {
        throw new Error('no clock');
      }),
    );
    const slow = {
      ...source,
      batches: (side: 'train' | 'validation' | 'test', epoch: number) =>
        source
          .batches(side, epoch)
          .pipe(concatMap((batch) => new Promise<LabelledBatch>((done) => setTimeout(() => done(batch), 2)))),
    };
    await expect(
      lastValueFrom(of(slow).pipe(fit(recordingModel({ classes: 3 }), { ...small, checkpointEvery: failing$ }))),
    ).rejects.toThrow('no clock');
  });
});

describe('a loss that is no number', () => {
  it('ends the training with the step and the ids of the rows, and keeps the weights before the step', async () => {
    const model = recordingModel({ classes: 3, losses: [1, NaN] });
    const ids = Array.from(batchOf(101, 3).ids);
    await expect(run(model, { epochs: 1, learningRate: 0.1 })).rejects.toMatchObject({
      code: 'HW_NUMERIC',
      where: 'epoch 1, step 1',
      message: expect.stringMatching(new RegExp(`The ids of its rows: ${ids.join(', ')}\\.$`)) as string,
    });
  });
});
