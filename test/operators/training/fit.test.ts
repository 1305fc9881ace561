import { asyncScheduler, concatMap, lastValueFrom, Observable, observeOn, of, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../../src/contracts/training/BatchSource.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { TrainingEvent } from '../../../src/contracts/training/TrainingEvent.js';
import type { TrainingStep } from '../../../src/contracts/training/TrainingState.js';
import { fit, type FitOptions } from '../../../src/operators/training/fit.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';
import {
  recordingModel,
  type RecordingModel,
  type RecordingModelOptions,
} from '../../../src/testing/recordingModel.js';

const three = labelledBatch({ seed: 1, size: 3 });
const one = labelledBatch({ seed: 2, size: 1 });
const rows = { train: 4, validation: 4, test: 0 };

/** Batches that come synchronously, the same ones on each side. */
const source: BatchSource = { rows, batches: () => of(three, one) };

const isEpoch = (event: TrainingEvent): event is Extract<TrainingEvent, { type: 'epoch' }> => event.type === 'epoch';

/** A synchronous training, and what came of it. */
const train = (model: RecordingModel, options: FitOptions, from: BatchSource = source) => {
  const events: TrainingEvent[] = [];
  const end: { error?: unknown; completed?: true } = {};
  of(from)
    .pipe(fit(model, options))
    .subscribe({
      next: (event) => events.push(event),
      error: (error: unknown) => (end.error = error),
      complete: () => (end.completed = true),
    });
  return { events, epochs: events.filter(isEpoch), last: events.at(-1), ...end };
};
const trainScripted = (script: RecordingModelOptions, options: FitOptions) => train(recordingModel(script), options);

describe('fit, by default', () => {
  it('trains 50 epochs from the lesson’s learning rate', () => {
    const { epochs, last, completed } = trainScripted({ validationLosses: (_, epoch) => 1 / epoch }, {});
    expect(epochs).toHaveLength(50);
    expect(epochs[0]?.learningRate).toBe(1e-4);
    expect(last).toMatchObject({ type: 'training-ended', reason: 'epochs', bestEpoch: 50 });
    expect(completed).toBe(true);
  });

  it('lowers the learning rate after more than 3 epochs without progress, and stops after 10', () => {
    const { epochs, last } = trainScripted({ validationLosses: [0.5, 1] }, {});
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([
      ...Array.from({ length: 5 }, () => 1e-4),
      ...Array.from({ length: 4 }, () => 1e-4 * 0.1),
      ...Array.from({ length: 2 }, () => 1e-4 * 0.1 * 0.1),
    ]);
    expect(last).toMatchObject({ reason: 'patience', bestEpoch: 1, bestLoss: 0.5 });
  });

  it('lowers the learning rate before it stops, as the lesson does', () => {
    const order: string[] = [];
    const noting =
      (name: string): TrainingStep =>
      (state) => {
        order.push(`${name} at ${state.epoch} best ${state.best.epoch}`);
        return state;
      };
    trainScripted({}, { epochs: 2, steps: [noting('first'), noting('second')] });
    expect(order).toEqual(['first at 1 best 1', 'second at 1 best 1', 'first at 2 best 1', 'second at 2 best 1']);
  });
});

describe('fit, its losses', () => {
  const script: RecordingModelOptions = {
    losses: ({ size }) => (size === 3 ? 0.5 : 1),
    validationLosses: ({ size }) => (size === 3 ? 0.25 : 2),
  };

  it('are means over rows by their class weights', () => {
    const weighted = train(recordingModel({ ...script, classWeights: [1, 1] }), { epochs: 1, steps: [] });
    expect(weighted.epochs[0]).toMatchObject({ trainLoss: (3 * 0.5 + 1) / 4, validationLoss: (3 * 0.25 + 2) / 4 });

    const labels = (batch: LabelledBatch, value: number): LabelledBatch => ({
      ...batch,
      labels: batch.labels.map(() => value),
    });
    const unequal: BatchSource = { rows, batches: () => of(labels(three, 0), labels(one, 1)) };
    const { epochs } = train(recordingModel({ ...script, classWeights: [0.5, 2] }), { epochs: 1, steps: [] }, unequal);
    expect(epochs[0]).toMatchObject({
      trainLoss: (1.5 * 0.5 + 2 * 1) / 3.5,
      validationLoss: (1.5 * 0.25 + 2 * 2) / 3.5,
    });
  });

  it('are means over batches, as the lesson’s, where that is asked for', () => {
    const { epochs } = train(recordingModel(script), { epochs: 1, steps: [], averageOver: 'batches' });
    expect(epochs[0]).toMatchObject({ trainLoss: 0.75, validationLoss: 1.125 });
  });
});

describe('fit, the weights that are kept', () => {
  it('are those of the first of equally good epochs', () => {
    const model = recordingModel({ validationLosses: [0.75, 0.5, 0.5, 0.5] });
    const { last, epochs } = train(model, { epochs: 4, steps: [] });
    expect(epochs.map(({ improved }) => improved)).toEqual([true, true, false, false]);
    expect(last).toMatchObject({ bestEpoch: 2, bestLoss: 0.5 });
    expect(model.steps).toBe(4);
  });

  it('are in the model before training-ended is emitted', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    const held: number[] = [];
    of(source)
      .pipe(fit(model, { epochs: 2, steps: [] }))
      .subscribe((event) => {
        if (event.type === 'epoch' || event.type === 'training-ended') held.push(model.steps);
      });
    expect(held).toEqual([2, 4, 2]);
  });

  it('are those of the epoch with the best score where a score is monitored', () => {
    // The scores follow from the labels alone, so the accuracy rises while the loss does.
    const right = (epoch: number) => (epoch === 2 ? [0.25, 0.75] : [0.75, 0.25]);
    let epoch = 1;
    const model = recordingModel({
      validationLosses: (_, under) => {
        epoch = under;
        return under;
      },
      probabilities: () => right(epoch),
    });
    const labels = Int32Array.of(1, 1, 1);
    const ones: BatchSource = { rows: { train: 3, validation: 3, test: 0 }, batches: () => of({ ...three, labels }) };
    for (const monitor of ['accuracy', 'macro-f1'] as const) {
      const { last, epochs } = train(model, { epochs: 3, steps: [], monitor }, ones);
      expect(epochs.map(({ improved }) => improved)).toEqual([true, true, false]);
      expect(last).toMatchObject({ bestEpoch: 2, bestLoss: 2, state: { best: { score: 1 } } });
    }
  });

  it('are those of the last epoch where that is asked for, and none are copied', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    const { last } = train(model, { epochs: 2, steps: [], keep: 'last' });
    expect(model.steps).toBe(4);
    expect(model.calls.filter(({ type }) => type === 'state' || type === 'load')).toEqual([]);
    expect(last).toMatchObject({ type: 'training-ended', bestEpoch: 1, bestLoss: 0.5 });
  });

  it('are not touched when a consumer leaves within an epoch', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    let completed = false;
    of(source)
      .pipe(fit(model, { epochs: 5 }), take(9))
      .subscribe({ complete: () => (completed = true) });
    // training-started; epoch-started, 2 steps, 2 validation steps, epoch; epoch-started, step
    expect(completed).toBe(true);
    expect(model.steps).toBe(3);
    expect(model.calls.at(-1)).toMatchObject({ type: 'train' });
  });
});

describe('fit, numbers that are none', () => {
  it('ends with HW_NUMERIC at a train loss that is not finite, and says where', () => {
    const { error, events } = trainScripted({ losses: [1, 1, NaN] }, { epochs: 3 });
    expect(error).toMatchObject({ code: 'HW_NUMERIC', where: 'epoch 2, step 0' });
    expect(events.at(-1)).toMatchObject({ type: 'epoch-started', epoch: 2 });
  });

  it('takes a validation loss that is not a number for no better', () => {
    const { epochs, last } = trainScripted({ validationLosses: [NaN, 0.5, NaN, Infinity] }, { epochs: 4 });
    expect(epochs.map(({ improved }) => improved)).toEqual([false, true, false, false]);
    expect(epochs.map(({ validationLoss }) => validationLoss)).toEqual([NaN, 0.5, NaN, Infinity]);
    expect(epochs.map(({ state }) => state.patience)).toEqual([9, 10, 9, 8]);
    expect(last).toMatchObject({ bestEpoch: 2, bestLoss: 0.5 });
  });

  it.each(['best', 'last'] as const)('ends with HW_NUMERIC when no validation loss was a number, keep: %s', (keep) => {
    const { error, last } = trainScripted({ validationLosses: [NaN] }, { epochs: 2, keep });
    expect(error).toMatchObject({ code: 'HW_NUMERIC', message: expect.stringContaining('in 2 epochs') as unknown });
    expect(last).toMatchObject({ type: 'epoch', epoch: 2 });
  });
});

describe('fit, sides without rows', () => {
  const empty = (side: string, sideRows: Partial<typeof rows>): BatchSource => ({
    rows: { ...rows, ...sideRows },
    batches: (asked) => (asked === side ? of() : of(three)),
  });

  it.each([
    ['train', { train: 0 }],
    ['validation', { validation: 0 }],
  ])('ends with HW_EMPTY before anything is read when the %s side has none', (side, sideRows) => {
    const { error, events } = train(recordingModel(), {}, empty(side, sideRows));
    expect(error).toMatchObject({ code: 'HW_EMPTY', message: expect.stringContaining(`no ${side} rows`) as unknown });
    expect(events).toEqual([]);
  });

  it.each(['train', 'validation'])('ends with HW_EMPTY when the %s side has rows but gives no batch', (side) => {
    const model = recordingModel();
    const { error } = train(model, {}, empty(side, {}));
    expect(error).toMatchObject({
      code: 'HW_EMPTY',
      message: expect.stringContaining(`no batch of ${side} rows`) as unknown,
    });
    expect(model.evaluated).toEqual([]);
  });
});

describe('fit without a validation side', () => {
  const trainOnly: BatchSource = {
    rows: { train: 4, validation: 0, test: 0 },
    batches: (side) => {
      if (side !== 'train') throw new Error('A side without rows was read.');
      return of(three, one);
    },
  };

  it('is refused where the best weights are to be kept', () => {
    const { error } = train(recordingModel(), { epochs: 2 }, trainOnly);
    expect(error).toMatchObject({ code: 'HW_EMPTY', message: expect.stringContaining("keep: 'last'") as unknown });
  });

  it('makes every epoch, and keeps the weights of the last', () => {
    const model = recordingModel();
    const { epochs, last, completed } = train(model, { epochs: 12, keep: 'last' }, trainOnly);
    expect(epochs).toHaveLength(12);
    expect(epochs.at(-1)).toMatchObject({ validationLoss: NaN, improved: false, learningRate: 1e-4 });
    expect(last).toMatchObject({ type: 'training-ended', reason: 'epochs', bestEpoch: 0, bestLoss: Infinity });
    expect(completed).toBe(true);
    expect(model.calls.map(({ type }) => type)).not.toContain('load');
    expect(model.steps).toBe(24);
  });
});

describe('fit, its stack', () => {
  const epochs = 20_000;
  const options = { epochs, steps: [] };

  it('does not grow with epochs whose batches come synchronously', () => {
    let count = 0;
    const depths = new Set<number>();
    const single: BatchSource = { rows, batches: () => of(one) };
    of(single)
      .pipe(fit(recordingModel(), options))
      .subscribe((event) => {
        if (event.type !== 'epoch') return;
        count += 1;
        // The first epoch is the best: its event comes from the copying of the weights, and has a few calls more below
        // it.
        if ([2, 3, 1_000, epochs].includes(event.epoch)) depths.add(stackDepth());
      });
    expect(count).toBe(epochs);
    expect(depths.size).toBe(1);
  });

  it('does not grow when the first epoch comes asynchronously and the others do not', async () => {
    const mixed: BatchSource = {
      rows,
      batches: (_, epoch) => (epoch === 1 ? of(one).pipe(observeOn(asyncScheduler)) : of(one)),
    };
    const last = await lastValueFrom(of(mixed).pipe(fit(recordingModel(), options)));
    expect(last).toMatchObject({ type: 'training-ended', state: { epoch: epochs } });
  });

  it('does not grow when every epoch comes asynchronously, and each is left before the next begins', async () => {
    let open = 0;
    let most = 0;
    const counted: BatchSource = {
      rows,
      batches: () =>
        new Observable<LabelledBatch>((subscriber) => {
          most = Math.max(most, ++open);
          const inner = of(one).pipe(observeOn(asyncScheduler)).subscribe(subscriber);
          return () => {
            open -= 1;
            inner.unsubscribe();
          };
        }),
    };
    const events = await lastValueFrom(of(counted).pipe(fit(recordingModel(), { epochs: 30, steps: [] }), toArray()));
    expect(events.filter(isEpoch)).toHaveLength(30);
    expect([open, most]).toEqual([0, 1]);
  });
});

describe('fit, what it cannot do', () => {
  it.each([
    [{ epochs: 0 }, 'fit: epochs is 0'],
    [{ epochs: 1.5 }, 'fit: epochs is 1.5'],
    [{ epochs: Infinity }, 'fit: epochs is Infinity'],
    [{ learningRate: 0 }, 'learningRate'],
    [{ learningRate: NaN }, 'learningRate'],
    [{ learningRate: Infinity }, 'learningRate'],
  ])('is refused at once: %o', (options, name) => {
    expect(() => fit(recordingModel(), options)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(name) as unknown }),
    );
  });

  it('trains anew at each subscription, with nothing left over from the last', () => {
    const model = recordingModel({ validationLosses: [0.5, 0.75] });
    const event$ = of(source).pipe(fit(model, { epochs: 2, steps: [] }));
    const runs: TrainingEvent[][] = [];
    of(1, 2)
      .pipe(concatMap(() => event$.pipe(toArray())))
      .subscribe((events) => runs.push(events));
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.filter(isEpoch)).toHaveLength(2);
  });
});

/** How many calls stand on the stack. */
function stackDepth(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1000;
  const depth = new Error().stack?.split('\n').length ?? 0;
  Error.stackTraceLimit = limit;
  return depth;
}
