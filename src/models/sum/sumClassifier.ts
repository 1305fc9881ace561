import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { OnlineModel } from '../../contracts/live/Learning.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import { evaluateLogits } from '../internal/evaluateLogits.js';
import { entriesUnder, prefixed } from '../internal/entriesUnder.js';
import { softmaxRows } from '../internal/softmaxRows.js';
import type { LinearClassifier } from '../linear/linearClassifier.js';
import type { WideGru } from '../wide/WideGruSettings.js';
import { type SumConfig, sumConfig } from './SumConfig.js';

/** A recurrent model and a linear one, whose logits are added. */
export interface SumClassifier extends OnlineModel {
  /** The classifier's configuration. */
  readonly config: SumConfig;
  /** The logits of a batch, row-major, shape [B, C], float32; does not change the model. */
  logits(batch: PaddedBatch): Float32Array;
  /** Disposes of both models. */
  dispose(): void;
}

/** The two models of a sum, and the factor of each. */
export interface SumParts {
  readonly network: WideGru;
  readonly linear: LinearClassifier;
  /** The factor of the recurrent model's logits. */
  readonly networkWeight: number;
  /** The factor of the linear model's logits. */
  readonly linearWeight: number;
}

/** The settings of a sum. */
export interface SumSettings {
  /** The weight of each class in the loss, shape [C]. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The model's name in events. Default `sum`. */
  readonly name?: string | undefined;
}

/** The linear model's learning rate as a multiple of the recurrent one's, whose best value is 3e-3. */
const LINEAR_RATE = { sgd: 1 / 3e-3, adagrad: 0.3 / 3e-3 };

/**
 * Makes one model from a recurrent model and a linear one that were trained separately:
 *
 *     logits = u · network(row) + v · linear(row)
 *
 * `fitSum` finds u and v. If the sum continues to learn, each part learns from its own loss. The sum owns both models:
 * its `dispose` frees them too.
 *
 * @throws HeadwaterError `HW_USAGE` when the numbers of classes differ, or a weight is not a finite number
 *
 * @example
 * ```ts
 * import { linearClassifier, linearConfig, sumClassifier, wideGru, wideGruConfig } from 'headwater';
 * const network = wideGru(wideGruConfig({ classes: 2, vocabularySize: 10, embeddingDim: 4, hiddenDim: 4 }), {
 *   seed: 1,
 * });
 * const linear = linearClassifier(linearConfig({ classes: 2, columns: 8 }), { seed: 1, trainRows: 100 });
 * const model = sumClassifier({ network, linear, networkWeight: 0.8, linearWeight: 0.5 });
 * model.classes; // 2
 * model.dispose();
 * ```
 */
export const sumClassifier = (parts: SumParts, settings: SumSettings = {}): SumClassifier => {
  checkOptions('sumClassifier', settings, "parts, { name: 'sum' }");
  checkArgument(
    'sumClassifier',
    'parts',
    parts,
    'an object such as { network, linear, networkWeight: 1, linearWeight: 1 }',
    ['network', 'linear'],
  );

  const { network, linear, networkWeight, linearWeight } = parts;
  const { name = 'sum', classWeights } = settings;
  checkTypes('sumClassifier', { name }, { name: 'string' });
  const { classes } = network;
  if (linear.classes !== classes)
    throw new HeadwaterError(
      'HW_USAGE',
      `sumClassifier was given a network of ${classes} classes and a ` +
        `linear model of ${linear.classes}. Give models of one split.`,
    );
  const config = sumConfig({ network: network.config, linear: linear.config, networkWeight, linearWeight });
  const linearRate = LINEAR_RATE[linear.config.optimizer];

  const logitsOf = (batch: PaddedBatch): Float32Array => {
    const logits = network.logits(batch);
    const others = linear.logits(batch);
    for (let i = 0; i < logits.length; i++) logits[i] = networkWeight * logits[i]! + linearWeight * others[i]!;
    return logits;
  };

  return {
    name,
    classes,
    config,

    trainBatch: (batch, context) => {
      const result = network.trainBatch(batch, context);
      linear.trainBatch(batch, { ...context, learningRate: linearRate * context.learningRate });
      return result;
    },

    evaluateBatch: (batch) => evaluateLogits(logitsOf(batch), batch.labels, classes, classWeights),

    predictBatch: (batch) => softmaxRows(logitsOf(batch), classes),
    logits: logitsOf,
    ...(network.config.pooling === 'attention'
      ? { attention: (batch: PaddedBatch) => network.attention!(batch) } // it has attention with this pooling
      : {}),

    stateDict: () =>
      new Map([...prefixed('network.', network.stateDict()), ...prefixed('linear.', linear.stateDict())]),
    loadStateDict: (state) => {
      network.loadStateDict(entriesUnder('network.', state));
      linear.loadStateDict(entriesUnder('linear.', state));
    },
    optimizerState: () =>
      new Map([...prefixed('network.', network.optimizerState()), ...prefixed('linear.', linear.optimizerState())]),
    loadOptimizerState: (state) => {
      network.loadOptimizerState(entriesUnder('network.', state));
      linear.loadOptimizerState(entriesUnder('linear.', state));
    },
    renewTokens: (tokens, like) => network.renewTokens(tokens, like),

    dispose: () => {
      network.dispose();
      linear.dispose();
    },
  };
};
