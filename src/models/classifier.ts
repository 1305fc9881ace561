import { checkSettings } from './internal/checkSettings.js';
import { checkOptions } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { OnlineModel } from '../contracts/live/Learning.js';
import type { PaddedBatch } from '../contracts/rows/PaddedBatch.js';
import { copyWeight } from '../ops/internal/copyWeight.js';
import { WEBGPU_NAME } from '../ops/backends/loadWebgpu.js';
import { runOn } from '../ops/backends/onBackend.js';
import { BACKEND_NAME } from '../ops/definition/backendName.js';
import { softmax } from '../ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../ops/layers/softmaxCrossEntropy.js';
import { labelWeight } from '../ops/internal/lossShares.js';
import { classifierGradients, classifierProbabilities } from '../ops/recurrent/textClassifier.js';
import type { ClassifierConfig } from './ClassifierConfig.js';
import { checkRenewable } from './internal/checkRenewable.js';
import { classifierLogits } from './internal/classifierLogits.js';
import type { ClassifierSettings } from './ClassifierSettings.js';
import { clipGradients } from './internal/clipGradients.js';
import { DAMAGED, finite, UNSTABLE } from './internal/finite.js';
import { placeWeights } from './internal/placeWeights.js';

/** A text classifier that can be trained one batch at a time, and can learn while it is in use. */
export interface Classifier extends OnlineModel {
  /** The classifier's configuration. */
  readonly config: ClassifierConfig;
  /** The tfjs name of its backend. */
  readonly backend: string;
  /** The logits of a batch, row-major, shape [B, C], float32, without dropout; does not change the model. */
  logits(batch: PaddedBatch): Float32Array;
  /**
   * Frees the weights and the optimizer's state. The classifier cannot be used afterwards. Further calls do nothing.
   */
  dispose(): void;
}

const EMBEDDINGS = 'embeddings.weight';

/**
 * Makes the lesson's text classifier: embeddings, a recurrent layer, its output at the last token, two linear layers
 * with dropout between them.
 *
 * It implements `Trainable` and `OnlineModel`. Each method is one synchronous step on the classifier's own backend. The
 * current tfjs backend is restored afterwards (where none was chosen before, the classifier's backend stays the current
 * one). Only the weights and the optimizer's two moments outlive a step: 12 bytes per weight value. `dispose` frees
 * them. This call registers the backend `headwater` if necessary. Any other backend must be registered before.
 *
 * The optimizer is Adam with PyTorch's constants. On the same backend, equal configurations, seeds, batches and
 * contexts give equal bits.
 *
 * @param config the model's sizes; `classifierConfig` completes a configuration, `inferConfig` infers one from weights
 * @param settings seed, class weights, backend
 * @throws HeadwaterError `HW_USAGE` when the class weights do not match, `HW_ARTIFACT` when the given weights do not,
 * `HW_BACKEND` when the backend is not registered; its steps throw `HW_USAGE` when a batch does not match, and
 * `HW_NUMERIC` when a loss or a logit is not finite
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig } from 'headwater';
 * const model = classifier(classifierConfig({ cell: 'gru', vocabularySize: 50, classes: 2, hiddenDim: 8 }), {
 *   seed: 1234,
 * });
 * const batch = {
 *   size: 2,
 *   time: 3,
 *   tokens: Int32Array.of(5, 7, 9, 4, 0, 0),
 *   lengths: Int32Array.of(3, 1),
 *   ids: Int32Array.of(0, 1),
 *   labels: Int32Array.of(0, 1),
 * };
 * model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 1e-3 }).loss; // about log 2
 * model.predictBatch(batch).length; // 4: two rows of two classes
 * model.dispose();
 * ```
 */
export const classifier = (config: ClassifierConfig, settings: ClassifierSettings): Classifier => {
  checkArgument('classifier', 'config', config, 'a configuration, such as classifierConfig() makes', ['classes']);
  checkOptions('classifier', settings, 'config, { seed: 1 }');
  checkSettings('classifier', settings);

  const { seed, backend = BACKEND_NAME, name = config.cell } = settings;
  if (backend === WEBGPU_NAME)
    throw new HeadwaterError(
      'HW_USAGE',
      'A classifier cannot live on the backend "webgpu": results of its ' +
        'device can be read only later. Make a deferredClassifier.',
    );
  const placed = placeWeights(config, settings);
  const { classWeights, weights, inputs, adam, checkAlive } = placed;

  /**
   * Runs one synchronous step on the classifier's backend and frees all its tensors. The result must not be a tensor.
   */
  const step = <Result>(work: () => Result): Result => {
    checkAlive();
    return runOn(backend, () => {
      const results: Result[] = [];
      tidy(() => void results.push(work()));
      return results[0] as Result;
    });
  };

  /** The loss of a batch as a number. A loss that is not finite is an error. */
  const lossOf = (loss: Tensor, where: string): number =>
    finite(loss.dataSync<'float32'>(), `The loss of "${name}" ${where}`, UNSTABLE)[0] ?? NaN;

  const normOf = (norm: Tensor, where: string): number =>
    finite(norm.dataSync<'float32'>(), `The norm of the gradients of "${name}" ${where}`, UNSTABLE)[0] ?? NaN;

  const finiteProbabilities = (probabilities: Tensor): Float32Array =>
    finite(probabilities.dataSync<'float32'>(), `A probability of "${name}"`, DAMAGED);

  return {
    name,
    classes: config.classes,
    config,
    backend,

    trainBatch: (batch, { epoch, step: ordinal, learningRate, clipNorm }) =>
      step(() => {
        const found = classifierGradients(
          config.cell,
          inputs,
          batch,
          config,
          { rate: config.dropout, seed, epoch, step: ordinal },
          classWeights,
        );
        // This is checked before the update, so that a failed step leaves the weights unchanged.
        const where = `in epoch ${epoch}, step ${ordinal}`;
        const loss = lossOf(found.loss, where);
        const { gradients, norm } = clipGradients(found.gradients, clipNorm);
        const gradientNorm = norm && normOf(norm, where);
        placed.learn(gradients, learningRate);
        return { loss, weight: labelWeight(batch.labels, classWeights), gradientNorm };
      }),

    evaluateBatch: (batch) =>
      step(() => {
        const logits = classifierLogits(config, weights, batch);
        const loss = lossOf(softmaxCrossEntropy(logits, batch.labels, classWeights), 'in evaluation');
        return {
          loss,
          weight: labelWeight(batch.labels, classWeights),
          probabilities: finiteProbabilities(softmax(logits)),
        };
      }),

    predictBatch: (batch) =>
      step(() => finiteProbabilities(classifierProbabilities(config.cell, inputs, batch, config))),

    logits: (batch) =>
      step(() =>
        finite(classifierLogits(config, weights, batch).dataSync<'float32'>(), `A logit of "${name}"`, DAMAGED),
      ),

    stateDict: () => {
      checkAlive();
      return new Map(Array.from(weights, ([key, weight]) => [key, copyWeight(weight)]));
    },

    loadStateDict: (state) => step(() => placed.replace(state)),

    optimizerState: () => {
      checkAlive();
      return adam.stateDict();
    },

    loadOptimizerState: (state) => step(() => adam.loadStateDict(state)),

    renewTokens: (tokens, like) => {
      const { embeddingDim } = config;
      checkRenewable(name, config, [...tokens, like]);
      if (tokens.length === 0) return;
      step(() => {
        const embeddings = weights.get(EMBEDDINGS)!;
        const data = new Float32Array(embeddings.dataSync<'float32'>());
        for (const token of tokens)
          data.copyWithin(token * embeddingDim, like * embeddingDim, (like + 1) * embeddingDim);
        embeddings.assign(tensor(data, embeddings.shape));
        adam.forgetRows(EMBEDDINGS, tokens);
      });
    },

    dispose: () => placed.dispose(),
  };
};
