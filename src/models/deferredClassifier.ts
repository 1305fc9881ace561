import { checkSettings } from './internal/checkSettings.js';
import { checkOptions } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defer, forkJoin, map, type Observable, of } from 'rxjs';
import type { StateDict } from '../contracts/models/StateDict.js';
import type { DeferredTrainable } from '../contracts/models/Trainable.js';
import { asWebgpuFailure, WEBGPU_NAME, webgpuFailure } from '../ops/backends/loadWebgpu.js';
import { runOn } from '../ops/backends/onBackend.js';
import { readLater } from '../ops/backends/readLater.js';
import { softmax } from '../ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../ops/layers/softmaxCrossEntropy.js';
import { labelWeight } from '../ops/internal/lossShares.js';
import { classifierGradients, classifierProbabilities } from '../ops/recurrent/textClassifier.js';
import type { ClassifierConfig } from './ClassifierConfig.js';
import { classifierLogits } from './internal/classifierLogits.js';
import type { ClassifierSettings } from './ClassifierSettings.js';
import { clipGradients } from './internal/clipGradients.js';
import { DAMAGED, finite, UNSTABLE } from './internal/finite.js';
import { placeWeights } from './internal/placeWeights.js';

/** A text classifier on a device whose results can be read only later. */
export interface DeferredClassifier extends DeferredTrainable {
  /** The classifier's configuration. */
  readonly config: ClassifierConfig;
  /** The tfjs name of its backend. */
  readonly backend: string;
  optimizerState(): Observable<StateDict>;
  loadOptimizerState(state: StateDict): void;
  /**
   * Frees the weights and the optimizer's state. The classifier cannot be used afterwards. Further calls do nothing.
   */
  dispose(): void;
}

/**
 * Makes the same classifier as `classifier`, on a device whose results can be read only later: WebGPU.
 *
 * It implements `DeferredTrainable`, so `fit`, `trainStep`, `evaluate` and `predict` accept it like the other one. A
 * step joins the device's queue and returns. Its loss is read back later, while the next steps are already in the
 * queue. Equal seeds, batches and contexts drop the same positions as on any other backend. Sums are rounded in another
 * order, so results agree to about 1e-5.
 *
 * A step whose loss is not finite has already changed the weights when the loss is read. If the device is lost, the
 * weights are lost too.
 *
 * @param config the model's sizes
 * @param settings as for `classifier`; the backend must have been loaded (`selectBackend`). Default `webgpu`
 * @throws HeadwaterError as `classifier`; its steps send errors through `error`: `HW_USAGE` when a batch does not
 * match, `HW_NUMERIC` when a loss or a probability is not finite, `HW_BACKEND` when the device is lost or rejects a
 * call
 *
 * @example
 * ```ts no-run
 * import { classifierConfig, deferredClassifier, selectBackend } from 'headwater';
 * import { lastValueFrom } from 'rxjs';
 * const selected = await selectBackend('webgpu')();
 * if (selected._tag === 'Left') throw selected.left;
 * const model = deferredClassifier(classifierConfig({ cell: 'gru', vocabularySize: 50, classes: 2, hiddenDim: 8 }), {
 *   seed: 1234,
 * });
 * const batch = {
 *   size: 1,
 *   time: 3,
 *   tokens: Int32Array.of(5, 7, 9),
 *   lengths: Int32Array.of(3),
 *   ids: Int32Array.of(0),
 *   labels: Int32Array.of(1),
 * };
 * const { loss } = await lastValueFrom(model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 1e-3 }));
 * model.dispose();
 * ```
 * @see classifier
 */
export const deferredClassifier = (config: ClassifierConfig, settings: ClassifierSettings): DeferredClassifier => {
  checkArgument('deferredClassifier', 'config', config, 'a configuration, such as classifierConfig() makes', [
    'classes',
  ]);
  checkOptions('deferredClassifier', settings, 'config, { seed: 1 }');
  checkSettings('deferredClassifier', settings);

  const { seed, backend = WEBGPU_NAME, name = config.cell } = settings;
  const placed = placeWeights(config, { ...settings, backend });
  const { classWeights, weights, inputs } = placed;

  /** Puts work into the device's queue. Only the tensors that it returns are kept. */
  const queue = <Results extends Readonly<Partial<Record<string, Tensor>>>>(work: () => Results): Results => {
    placed.checkAlive();
    const failure = webgpuFailure();
    if (failure !== undefined) throw failure;
    try {
      return runOn(backend, () => tidy(work));
    } catch (error) {
      // If the device was lost just now, the call fails with tfjs's own error. It is translated.
      throw webgpuFailure() === undefined ? error : asWebgpuFailure(error);
    }
  };

  const lossOf = (loss: Tensor, where: string): Observable<number> =>
    readLater(loss).pipe(map((values) => finite(values, `The loss of "${name}" ${where}`, UNSTABLE)[0] ?? NaN));

  const normOf = (norm: Tensor, where: string): Observable<number> =>
    readLater(norm).pipe(
      map((values) => finite(values, `The norm of the gradients of "${name}" ${where}`, UNSTABLE)[0] ?? NaN),
    );

  const probabilitiesOf = (probabilities: Tensor): Observable<Float32Array> =>
    readLater(probabilities).pipe(map((values) => finite(values, `A probability of "${name}"`, DAMAGED)));

  /** Copies of the current values, because a later step replaces them. */
  const copies = (tensors: ReadonlyMap<string, Tensor>): Observable<StateDict> => {
    const taken = queue(() => Object.fromEntries(Array.from(tensors, ([key, value]) => [key, value.clone()])));
    return forkJoin(
      Array.from(Object.entries(taken), ([key, copy]) =>
        readLater(copy).pipe(map((data) => [key, { shape: [...copy.shape], data: data.slice() }] as const)),
      ),
    ).pipe(map((read): StateDict => new Map(read)));
  };

  return {
    deferred: true,
    name,
    classes: config.classes,
    config,
    backend,

    trainBatch: (batch, { epoch, step, learningRate, clipNorm }) =>
      defer(() => {
        const measured = queue((): { readonly loss: Tensor; readonly norm?: Tensor } => {
          const found = classifierGradients(
            config.cell,
            inputs,
            batch,
            config,
            { rate: config.dropout, seed, epoch, step },
            classWeights,
          );
          const { gradients, norm } = clipGradients(found.gradients, clipNorm);
          placed.learn(gradients, learningRate);
          return { loss: found.loss, ...(norm === undefined ? {} : { norm }) };
        });
        const where = `in epoch ${epoch}, step ${step}`;
        const weight = labelWeight(batch.labels, classWeights);
        return forkJoin({
          loss: lossOf(measured.loss, where),
          gradientNorm: measured.norm === undefined ? of(undefined) : normOf(measured.norm, where),
        }).pipe(map((read) => ({ ...read, weight })));
      }),

    evaluateBatch: (batch) =>
      defer(() => {
        const results = queue(() => {
          const logits = classifierLogits(config, weights, batch);
          return { loss: softmaxCrossEntropy(logits, batch.labels, classWeights), probabilities: softmax(logits) };
        });
        const weight = labelWeight(batch.labels, classWeights);
        return forkJoin({
          loss: lossOf(results.loss, 'in evaluation'),
          probabilities: probabilitiesOf(results.probabilities),
        }).pipe(map((read) => ({ ...read, weight })));
      }),

    predictBatch: (batch) =>
      defer(() =>
        probabilitiesOf(
          queue(() => ({ probabilities: classifierProbabilities(config.cell, inputs, batch, config) })).probabilities,
        ),
      ),

    stateDict: () => defer(() => copies(weights)),

    loadStateDict: (state) =>
      void queue(() => {
        placed.replace(state);
        return {};
      }),

    optimizerState: () =>
      defer(() => {
        const { step, moments } = placed.adam.state;
        return copies(moments).pipe(map((read): StateDict => new Map([['step', step], ...read])));
      }),

    loadOptimizerState: (state) =>
      void queue(() => {
        placed.adam.loadStateDict(state);
        return {};
      }),

    dispose: () => placed.dispose(),
  };
};
