import { checkSettings } from '../internal/checkSettings.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { OnlineModel } from '../../contracts/live/Learning.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import { rowProducts } from '../../ops/backends/rowProducts.js';
import { checkClassWeights, checkLabels, labelWeight } from '../../ops/internal/lossShares.js';
import { featureDropout } from '../../ops/sparse/featureDropout.js';
import type { LinearConfig } from './LinearConfig.js';

/** The settings of a linear classifier besides its configuration. */
export interface LinearSettings {
  /** The number of train rows, N. The L2 penalty of the whole training is distributed over them. */
  readonly trainRows: number;
  /** The seed of feature dropout: any whole number. */
  readonly seed: number;
  /** The weight of each class in the loss, by class index, shape [C], finite and at least 0. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The model's name in events. Default `linear`. */
  readonly name?: string | undefined;
  /** The initial weights, which are copied. Default: zeros. */
  readonly weights?: StateDict | undefined;
}

/** A linear text classifier on hashed features. */
export interface LinearClassifier extends OnlineModel {
  /** The classifier's configuration. */
  readonly config: LinearConfig;
  /** The logits of a batch, row-major, shape [B, C], float32; does not change the model. */
  logits(batch: PaddedBatch): Float32Array;
  /** Does nothing: it has no memory outside JavaScript. It exists so that all models have the same methods. */
  dispose(): void;
}

/**
 * The step size of a class's bias, as a share of a weight's step size. It is smaller because the bias is active in
 * every row.
 */
const BIAS_SHARE = 0.1;
/** Below this value the scale is multiplied into the weights, so that neither leaves the range of float32. */
const LEAST_SCALE = 1e-3;
/** The number of float32 values whose sum represents a float64. */
const SCALE_PARTS = 3;

/** Splits a number into float32 values whose sum is exactly the number. */
const inParts = (value: number): Float32Array => {
  const parts = new Float32Array(SCALE_PARTS);
  for (let i = 0, rest = value; i < SCALE_PARTS; rest -= parts[i++]!) parts[i] = rest;
  return parts;
};

/** Added to Adagrad's root to avoid a division by zero. */
const EPSILON = 1e-10;

/**
 * Makes a linear text classifier: multinomial logistic regression on hashed features.
 *
 *     logits = b + Σⱼ xⱼ · U[fⱼ]
 *
 * It uses only the `features` of a batch. Each row of a train batch is one step, in the order of the batch, as in
 * scikit-learn's `SGDClassifier`. With the optimizer `sgd` a step follows the gradient of cross-entropy + ‖U‖² / (2 · C
 * · N), where C is `inverseRegularization` and N is the number of train rows. A learning rate of 1 that falls linearly
 * to 0 over ten epochs reaches the result of a batch solver. With `adagrad` each weight has its own rate and there is
 * no penalty; a learning rate of 0.3 and dropout 0.5 work well.
 *
 * A step has one row, so `clipNorm` limits the gradient of each row, without the penalty. The gradient norm of a batch
 * is the largest norm of its rows.
 *
 * It uses no tensors. It computes on the CPU, on one thread, with vector instructions where the engine has them.
 * Results are the same bits on every machine. Memory: 8 bytes per column, and 4 bytes per class (rounded up to a
 * multiple of four classes) for each column that training has touched; twice that with `adagrad`.
 *
 * @param config the model's sizes; `linearConfig` completes a configuration
 * @throws HeadwaterError `HW_USAGE` when the class weights do not match or a batch has no features, `HW_ARTIFACT` when
 * the given weights do not match
 * @see L. Bottou, Stochastic gradient descent tricks. Neural Networks: Tricks of the Trade, 2012, for the L2 penalty as
 *   a scale of all weights.
 *
 * @example
 * ```ts
 * import { linearClassifier, linearConfig } from 'headwater';
 * const model = linearClassifier(linearConfig({ classes: 2, columns: 8 }), { trainRows: 2, seed: 1234 });
 * const features = { offsets: Int32Array.of(0, 1, 2), ids: Int32Array.of(3, 5), values: Float32Array.of(1, 1) };
 * const batch = {
 *   size: 2,
 *   time: 1,
 *   tokens: Int32Array.of(2, 3),
 *   lengths: Int32Array.of(1, 1),
 *   ids: Int32Array.of(0, 1),
 *   features,
 *   labels: Int32Array.of(0, 1),
 * };
 * for (let step = 0; step < 20; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 1 });
 * model.predictBatch(batch); // about 0.9, 0.1, 0.1, 0.9
 * ```
 */
export const linearClassifier = (config: LinearConfig, settings: LinearSettings): LinearClassifier => {
  checkArgument('linearClassifier', 'config', config, 'a configuration, such as linearConfig() makes', ['classes']);
  checkOptions('linearClassifier', settings, 'config, { trainRows: 1000, seed: 1 }');
  checkSettings('linearClassifier', settings);
  checkWhole('linearClassifier', 'trainRows', settings.trainRows, 0);

  const { classes, columns, optimizer, inverseRegularization, dropout, temperature } = config;
  const { trainRows, seed, name = 'linear' } = settings;
  const classWeights = settings.classWeights?.slice();
  if (classWeights !== undefined) checkClassWeights(classWeights, classes);
  const products = rowProducts({ rows: columns, width: classes, adagrad: optimizer === 'adagrad' });
  const { table, squares, sums } = products;
  const bias = new Float32Array(classes);
  const biasSums = new Float32Array(classes);
  const penalty = 1 / (inverseRegularization * Math.max(1, trainRows));
  /** The factor by which the table's weights are multiplied. */
  let scale = 1;
  /** Working memory for one row: its logits, then its probabilities, then the gradient of its logits. */
  const row = new Float64Array(classes);

  const featuresOf = ({ features }: PaddedBatch): SparseRows => {
    if (features !== undefined) return features;
    throw new HeadwaterError(
      'HW_USAGE',
      `The model "${name}" reads hashed features, but the batch has none. ` +
        "Make batches with a rowEncoder that has the model's features.",
    );
  };

  /** Multiplies the scale into the weights and resets it to 1. */
  const settle = (): void => {
    if (scale === 1) return;
    for (let slot = 0; slot < table.touched; slot++) {
      const start = table.store.startOf(slot);
      const values = table.store.chunkOf(slot);
      for (let j = start; j < start + classes; j++) values[j]! *= scale;
    }
    scale = 1;
  };

  /** Writes the logits of a row of the current batch into `row`. */
  const logitsOf = (index: number): void => {
    products.multiply(index);
    for (let c = 0; c < classes; c++) row[c] = scale * sums[c]! + bias[c]!;
  };

  /** Divides the row's logits by the temperature. */
  const cool = (): void => {
    if (temperature !== 1) for (let c = 0; c < classes; c++) row[c]! /= temperature;
  };

  /** Converts the row's logits to probabilities. */
  const softmaxRow = (): void => {
    let most = -Infinity;
    for (let c = 0; c < classes; c++) if (row[c]! > most) most = row[c]!;
    let total = 0;
    for (let c = 0; c < classes; c++) total += row[c] = Math.exp(row[c]! - most);
    for (let c = 0; c < classes; c++) row[c]! /= total;
  };

  /**
   * The cross-entropy of a label under the row's probabilities. The smallest positive number keeps the logarithm
   * finite.
   */
  const lossOf = (label: number): number => -Math.log(Math.max(row[label]!, Number.MIN_VALUE));

  const weightOf = (label: number): number => classWeights?.[label] ?? 1;

  /** The norm of the gradient of a row's weights and biases, computed from the gradient of its logits in `row`. */
  const gradientNormOf = ({ offsets, values }: SparseRows, index: number): number => {
    let ofLogits = 0;
    for (let c = 0; c < classes; c++) ofLogits += row[c]! * row[c]!;
    let ofInputs = 1;
    for (let j = offsets[index]!; j < offsets[index + 1]!; j++) ofInputs += values[j]! * values[j]!;
    return Math.sqrt(ofLogits * ofInputs);
  };

  /** Moves the weights of a row's features against the gradient in `row`. */
  const move = (index: number, rate: number): void => {
    sums.set(row);
    if (optimizer === 'sgd') {
      products.step(index, rate / scale);
      for (let c = 0; c < classes; c++) bias[c]! -= BIAS_SHARE * rate * row[c]!;
      return;
    }
    products.adagrad(index, rate, EPSILON);
    for (let c = 0; c < classes; c++) {
      const g = row[c]!;
      biasSums[c]! += g * g;
      bias[c]! -= (rate * g) / (Math.sqrt(biasSums[c]!) + EPSILON);
    }
  };

  const probabilitiesOf = (batch: PaddedBatch, tell: (index: number) => void): Float32Array => {
    products.open(featuresOf(batch), 'find');
    const probabilities = new Float32Array(batch.size * classes);
    for (let i = 0; i < batch.size; i++) {
      logitsOf(i);
      cool();
      softmaxRow();
      tell(i);
      probabilities.set(row, i * classes);
    }
    return probabilities;
  };

  const weight = (shape: readonly number[], data: Float32Array): Weight => ({ shape, data });

  const load = (state: StateDict): void => {
    const given = state.get('bias');
    if (given?.data.length !== classes)
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `The weights do not fit the model "${name}": "bias" should have ` +
          `${classes} values, but has ${given?.data.length ?? 0}.`,
      );
    settle();
    table.loadStateDict(
      new Map(
        ['rows', 'values'].flatMap((key) => (state.has(`wide.${key}`) ? [[key, state.get(`wide.${key}`)!]] : [])),
      ),
    );
    bias.set(given.data);
  };
  if (settings.weights !== undefined) load(settings.weights);

  return {
    name,
    classes,
    config,

    trainBatch: (batch, { epoch, step, learningRate, clipNorm }) => {
      checkLabels(batch.labels, batch.size, classes);
      const features = featureDropout(featuresOf(batch), { rate: dropout, seed, epoch, step });
      products.open(features, optimizer === 'sgd' ? 'touch' : 'adagrad');
      let loss = 0;
      let largestNorm = 0;
      for (let i = 0; i < batch.size; i++) {
        const label = batch.labels[i]!;
        const share = weightOf(label);
        logitsOf(i);
        softmaxRow();
        loss += share * lossOf(label);
        // The weights stay unchanged: after a loss that is not a number, all later values would be invalid too.
        if (!Number.isFinite(loss)) break;
        row[label]! -= 1;
        if (share !== 1) for (let c = 0; c < classes; c++) row[c]! *= share;
        if (clipNorm !== undefined) {
          const norm = gradientNormOf(features, i);
          if (!(norm <= largestNorm)) largestNorm = norm;
          if (norm > clipNorm) for (let c = 0; c < classes; c++) row[c]! *= clipNorm / norm;
        }
        if (optimizer === 'sgd') {
          scale *= 1 - Math.min(0.5, learningRate * penalty);
          if (scale < LEAST_SCALE) settle();
        }
        move(i, learningRate);
      }
      const total = labelWeight(batch.labels, classWeights);
      const measured = { loss: loss / total, weight: total };
      return clipNorm === undefined ? measured : { ...measured, gradientNorm: largestNorm };
    },

    evaluateBatch: (batch) => {
      checkLabels(batch.labels, batch.size, classes);
      let loss = 0;
      const probabilities = probabilitiesOf(batch, (i) => {
        const label = batch.labels[i]!;
        loss += weightOf(label) * lossOf(label);
      });
      const total = labelWeight(batch.labels, classWeights);
      return { loss: loss / total, weight: total, probabilities };
    },

    predictBatch: (batch) => probabilitiesOf(batch, () => undefined),

    logits: (batch) => {
      products.open(featuresOf(batch), 'find');
      const logits = new Float32Array(batch.size * classes);
      for (let i = 0; i < batch.size; i++) {
        logitsOf(i);
        cool();
        logits.set(row, i * classes);
      }
      return logits;
    },

    stateDict: () => {
      // The scale stays as it is: reading the weights must not change how the training continues.
      const held = table.stateDict();
      const { shape, data } = held.get('values')!;
      // In place: `data` is already a copy, and the table may be large.
      if (scale !== 1) for (let i = 0; i < data.length; i++) data[i]! *= scale;
      return new Map([
        ['bias', weight([classes], bias.slice())],
        ['wide.rows', held.get('rows')!],
        ['wide.values', weight(shape, data)],
      ]);
    },

    loadStateDict: load,

    optimizerState: () => {
      if (optimizer === 'adagrad') squares.growTo(table.touched);
      return new Map([
        ['bias.sum', weight([classes], biasSums.slice())],
        ['wide.sum', weight([squares.length, classes], squares.toArray())],
        ...(scale === 1
          ? []
          : ([
              ['wide.scale', weight([SCALE_PARTS], inParts(scale))],
              ['wide.unscaled', weight([table.touched, classes], table.store.toArray())],
            ] as const)),
      ]);
    },

    loadOptimizerState: (state) => {
      const [biasSum, wideSum] = [state.get('bias.sum'), state.get('wide.sum')];
      const wanted = optimizer === 'adagrad' ? table.touched * classes : 0;
      if (biasSum?.data.length !== classes || wideSum?.data.length !== wanted)
        throw new HeadwaterError(
          'HW_ARTIFACT',
          `The optimizer's state does not fit the weights of the model "${name}".`,
        );
      const [parts, unscaled] = [state.get('wide.scale')?.data, state.get('wide.unscaled')?.data];
      const saved = parts === undefined ? 1 : parts.reduce((sum, part) => sum + part, 0);
      if (!(saved > 0 && saved <= 1) || (saved !== 1 && unscaled?.length !== table.touched * classes))
        throw new HeadwaterError(
          'HW_ARTIFACT',
          `The optimizer's state does not fit the weights of the model "${name}": its scale is damaged.`,
        );
      biasSums.set(biasSum.data);
      squares.replaceBy(wideSum.data);
      // Only if the current weights are the saved ones. Weights of another time stay unchanged.
      if (saved === 1 || unscaled === undefined) return;
      settle();
      const present = table.store.toArray();
      if (!unscaled.every((value, i) => Math.fround(value * saved) === present[i])) return;
      table.store.replaceBy(unscaled);
      scale = saved;
    },

    // The model reads no tokens, so there is nothing to renew.
    renewTokens: () => undefined,

    dispose: () => undefined,
  };
};
