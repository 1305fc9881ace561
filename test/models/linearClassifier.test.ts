import { describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import { encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import {
  linearClassifier,
  type LinearClassifier,
  type LinearSettings,
} from '../../src/models/linear/linearClassifier.js';
import { linearConfig, type LinearOptions } from '../../src/models/linear/LinearConfig.js';
import { expectClose } from '../expectClose.js';

const CLASSES = 3;
const COLUMNS = 12;
const TRAIN_ROWS = 4;

/** Rows of features with their labels, as a batch. */
const batchOf = (rows: readonly (readonly [label: number, ...features: (readonly [number, number])[]])[]) => {
  const features = rows.map(([, ...columns]) => columns);
  const offsets = Int32Array.from([0, ...features.keys()], (_, i) => features.slice(0, i).flat().length);
  return {
    size: rows.length,
    time: 1,
    tokens: new Int32Array(rows.length).fill(2),
    lengths: new Int32Array(rows.length).fill(1),
    ids: Int32Array.from(rows.keys()),
    features: {
      offsets,
      ids: Int32Array.from(features.flat(), ([column]) => column),
      values: Float32Array.from(features.flat(), ([, value]) => value),
    },
    labels: Int32Array.from(rows, ([label]) => label),
  } satisfies LabelledBatch;
};

/** Each class has two columns of its own, and all share column 6. */
const separable = batchOf([0, 1, 2, 1, 0, 2].map((label, i) => [label, [2 * label + (i % 2), 1], [6, 0.5]] as const));

const make = (options: Partial<LinearOptions> = {}, settings: Partial<LinearSettings> = {}): LinearClassifier =>
  linearClassifier(linearConfig({ classes: CLASSES, columns: COLUMNS, ...options }), {
    trainRows: TRAIN_ROWS,
    seed: 7,
    ...settings,
  });

const train = (model: LinearClassifier, steps: number, from = 0): void => {
  for (let step = from; step < from + steps; step++) model.trainBatch(separable, { epoch: 1, step, learningRate: 0.3 });
};

const bytes = (state: StateDict): string => Buffer.from(encodeSafetensors(state)).toString('base64');
const bytesOf = (model: LinearClassifier): string[] => [bytes(model.stateDict()), bytes(model.optimizerState())];

/** Weights of all the columns, row-major, and a bias, as a state. */
const stateOf = (weights: ArrayLike<number>, bias: ArrayLike<number>): StateDict =>
  new Map([
    ['bias', { shape: [CLASSES], data: Float32Array.from(bias) }],
    ['wide.rows', { shape: [COLUMNS], data: Float32Array.from({ length: COLUMNS }, (_, column) => column) }],
    ['wide.values', { shape: [COLUMNS, CLASSES], data: Float32Array.from(weights) }],
  ]);

/** The weights of all the columns, row-major: zeros where a column was never touched. */
const weightsOf = (model: LinearClassifier): number[] => {
  const state = model.stateDict();
  const values = state.get('wide.values')!.data;
  const weights = new Array<number>(COLUMNS * CLASSES).fill(0);
  state.get('wide.rows')!.data.forEach((column, slot) => {
    for (let c = 0; c < CLASSES; c++) weights[column * CLASSES + c] = values[slot * CLASSES + c]!;
  });
  return weights;
};

describe('linearClassifier', () => {
  it.each([
    ['equal classes', undefined],
    ['weighted classes', Float32Array.of(0.5, 2, 1)],
  ])("moves its weights by the slope of the penalized loss in one step of 'sgd', with %s", (_, classWeights) => {
    const inverseRegularization = 0.5;
    const learningRate = 0.1;
    const row = batchOf([[1, [3, 0.5], [5, -1], [8, 2], [3, 0.25]]]);
    const weights = Array.from({ length: COLUMNS * CLASSES }, (_, i) => Math.sin(1 + i));
    const bias = [0.3, -0.2, 0.1];

    /** The objective, written out in float64: w · cross-entropy + ‖U‖² / (2 · C · N). */
    const objective = (u: readonly number[], b: readonly number[]): number => {
      const logits = b.map((value, c) =>
        row.features.ids.reduce((sum, column, j) => sum + row.features.values[j]! * u[column * CLASSES + c]!, value),
      );
      const loss = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[1]!;
      const squares = u.reduce((sum, value) => sum + value * value, 0);
      return (classWeights?.[1] ?? 1) * loss + squares / (2 * inverseRegularization * TRAIN_ROWS);
    };
    const slopes = (at: readonly number[], of: (moved: readonly number[]) => number): number[] =>
      at.map((_, i) => {
        const moved = (by: number): number => of(at.map((value, j) => (i === j ? value + by : value)));
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });

    const model = make({ inverseRegularization }, { classWeights, weights: stateOf(weights, bias) });
    model.trainBatch(row, { epoch: 1, step: 0, learningRate });
    const weightSlopes = slopes(weights, (u) => objective(u, bias));
    expectClose(
      weightsOf(model),
      weights.map((u, i) => u - learningRate * weightSlopes[i]!),
      1e-6,
    );
    // A bias moves by a tenth of a weight's step, and has no penalty.
    const biasSlopes = slopes(bias, (b) => objective(weights, b));
    expectClose(
      model.stateDict().get('bias')!.data,
      bias.map((b, c) => b - 0.1 * learningRate * biasSlopes[c]!),
      1e-6,
    );
  });

  it('tells the weighted mean loss of a batch, and its probabilities', () => {
    const classWeights = Float32Array.of(0.5, 2, 1);
    const model = make(
      {},
      {
        classWeights,
        weights: stateOf(
          Array.from({ length: 36 }, (_, i) => Math.cos(i)),
          [0, 0, 0],
        ),
      },
    );
    const { loss, weight, probabilities } = model.evaluateBatch(separable);
    const shares = [...separable.labels].map((label) => classWeights[label]!);
    expect(weight).toBe(shares.reduce((sum, share) => sum + share, 0));
    const losses = shares.map((share, i) => -share * Math.log(probabilities[i * CLASSES + separable.labels[i]!]!));
    expectClose([loss], [losses.reduce((sum, value) => sum + value, 0) / weight], 1e-6);
    expect(model.predictBatch(separable)).toEqual(probabilities);
    const logits = model.logits(separable);
    const odds = (values: ArrayLike<number>): number => values[1]! - values[0]!;
    expectClose([odds(logits)], [odds(probabilities.map(Math.log))], 1e-5);
  });

  it.each(['sgd', 'adagrad'] as const)('learns a separable table by %s', (optimizer) => {
    const model = make({ optimizer });
    expect(model.evaluateBatch(separable).loss).toBeCloseTo(Math.log(CLASSES), 6);
    train(model, 200);
    const { loss, probabilities } = model.evaluateBatch(separable);
    expect(loss).toBeLessThan(0.1);
    separable.labels.forEach((label, i) => expect(probabilities[i * CLASSES + label]).toBeGreaterThan(0.8));
  });

  it.each(['sgd', 'adagrad'] as const)('goes on with the same bits from its states (%s)', (optimizer) => {
    const straight = make({ optimizer });
    train(straight, 10);
    const first = make({ optimizer });
    train(first, 4);
    const second = make({ optimizer });
    second.loadStateDict(first.stateDict());
    second.loadOptimizerState(first.optimizerState());
    expect(bytesOf(second)).toEqual(bytesOf(first));
    train(second, 6, 4);
    expectClose(weightsOf(second), weightsOf(straight), 1e-6);
    if (optimizer === 'adagrad') expect(bytesOf(second)).toEqual(bytesOf(straight));
  });

  it.each(['sgd', 'adagrad'] as const)(
    'keeps the sums of its columns when weights are loaded back (%s)',
    (optimizer) => {
      const model = make({ optimizer });
      train(model, 3);
      const [state, optimizerState] = [model.stateDict(), model.optimizerState()];
      model.loadStateDict(state);
      expect(bytes(model.stateDict())).toEqual(bytes(state));
      expect(bytes(new Map([['sum', model.optimizerState().get('wide.sum')!]]))).toEqual(
        bytes(new Map([['sum', optimizerState.get('wide.sum')!]])),
      );
      model.loadOptimizerState(optimizerState);
      expect(bytesOf(model)).toEqual([bytes(state), bytes(optimizerState)]);
    },
  );

  it('refuses states that do not fit', () => {
    const model = make({ optimizer: 'adagrad' });
    train(model, 1);
    const before = bytesOf(model);
    const artifact = expect.objectContaining({ code: 'HW_ARTIFACT' }) as unknown;
    expect(() => model.loadStateDict(new Map())).toThrow(artifact);
    expect(() => model.loadOptimizerState(make({ optimizer: 'adagrad' }).optimizerState())).toThrow(artifact);
    expect(bytesOf(model)).toEqual(before);
  });

  it('gives equal bits for equal seeds, and others where another seed drops other features', () => {
    const [first, second, other] = [7, 7, 8].map((seed) => make({ optimizer: 'adagrad' }, { seed }));
    for (const model of [first!, second!, other!]) train(model, 5);
    expect(bytesOf(first!)).toEqual(bytesOf(second!));
    expect(bytesOf(first!)).not.toEqual(bytesOf(other!));
  });

  it('changes nothing in evaluation and prediction', () => {
    const model = make();
    train(model, 2);
    const before = bytesOf(model);
    model.evaluateBatch(separable);
    model.predictBatch(batchOf([[0, [11, 1]]]));
    model.logits(separable);
    expect(bytesOf(model)).toEqual(before);
  });

  it('refuses a batch without features, and labels and class weights that do not fit', () => {
    const model = make();
    const bare: LabelledBatch = { ...separable, features: undefined };
    const missing = expect.objectContaining({
      code: 'HW_USAGE',
      message: expect.stringContaining('"linear" reads hashed features') as unknown,
    }) as unknown;
    expect(() => model.trainBatch(bare, { epoch: 1, step: 0, learningRate: 1 })).toThrow(missing);
    expect(() => model.evaluateBatch(bare)).toThrow(missing);
    expect(() => model.predictBatch(bare)).toThrow(missing);
    expect(() => model.logits(bare)).toThrow(missing);
    const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
    const outside = batchOf([[0, [COLUMNS, 1]]]);
    expect(() => model.trainBatch(outside, { epoch: 1, step: 0, learningRate: 1 })).toThrow(usage);
    expect(() => model.predictBatch(outside)).toThrow(usage);
    expect(() => model.evaluateBatch({ ...separable, labels: new Int32Array(6).fill(3) })).toThrow(usage);
    expect(() => make({}, { classWeights: Float32Array.of(1, 1) })).toThrow(usage);
    expect(() => linearConfig({ classes: 1, columns: 8 })).toThrow(usage);
  });
});
