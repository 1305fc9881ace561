import { type Scalar, type Tensor, tensor, tidy, type Variable, valueAndGrads, variable } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkOptions, checkTypes, checkWhole } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../contracts/rows/PaddedBatch.js';
import type { StateDict } from '../contracts/models/StateDict.js';
import type { StepContext, Trainable } from '../contracts/models/Trainable.js';
import { registerBackend } from '../ops/backends/registerBackend.js';
import { runOn } from '../ops/backends/onBackend.js';
import { BACKEND_NAME } from '../ops/definition/backendName.js';
import { copyWeight } from '../ops/internal/copyWeight.js';
import { softmax } from '../ops/layers/softmax.js';
import { checkClassWeights, labelWeight } from '../ops/internal/lossShares.js';
import { softmaxCrossEntropy } from '../ops/layers/softmaxCrossEntropy.js';
import { Adam } from '../ops/optimizers/Adam.js';
import { registerOps } from '../ops/registerOps.js';
import { checkWeights } from './internal/checkWeights.js';
import { clipGradients } from './internal/clipGradients.js';
import { finite } from './internal/finite.js';
import { type Parameter, parameterValues } from './internal/parameterValues.js';

export type { Parameter } from './internal/parameterValues.js';

/** The definition of a model for `trainable`. */
export interface TrainableOptions<Name extends string> {
  /** The number of classes, C; at least 1. */
  readonly classes: number;
  /** The trained parameters: the shape and the initial values of each, by name. */
  readonly parameters: Readonly<Record<Name, Parameter>>;
  /**
   * The logits of a batch, shape [B, C], float32.
   *
   * @param parameters the parameters as tensors
   * @param batch the rows
   * @param context the train step, for random operations such as dropout; undefined during evaluation and prediction
   */
  readonly forward: (
    parameters: Readonly<Record<Name, Tensor>>,
    batch: PaddedBatch,
    context: StepContext | undefined,
  ) => Tensor;
  /**
   * The loss of a batch, a scalar: the mean over its rows, weighted by their class weights. Default: the softmax
   * cross-entropy with `classWeights`, in nats.
   */
  readonly loss?: ((logits: Tensor, batch: LabelledBatch) => Tensor) | undefined;
  /** The weight of each class, shape [C]. Default: 1 each. */
  readonly classWeights?: Float32Array | undefined;
  /** The model's name in events. Default `own`. */
  readonly name?: string | undefined;
  /** The seed of the `uniform` parameters' initial values; any whole number. Default 1234. */
  readonly seed?: number | undefined;
  /** The tfjs backend that computes. Default `headwater`, which is registered if necessary. */
  readonly backend?: string | undefined;
}

/** A model made by `trainable`. */
export interface OwnModel extends Trainable {
  /** A copy of the optimizer's state. */
  optimizerState(): StateDict;
  /**
   * Replaces the optimizer's state by a copy of `state`.
   *
   * @throws HeadwaterError `HW_ARTIFACT` when a name or a shape does not match
   */
  loadOptimizerState(state: StateDict): void;
  /** Frees the parameters and the optimizer's state. The model cannot be used afterwards. Further calls do nothing. */
  dispose(): void;
}

/** Translates a tfjs error about a gradient into an error that says what to do. */
const explained = (error: unknown, name: string): unknown => {
  const message = error instanceof Error ? error.message : '';
  const kernel = /gradient function not found for (\w+)/.exec(message)?.[1];
  if (kernel !== undefined)
    return new HeadwaterError(
      'HW_USAGE',
      `The model "${name}" uses tfjs's op ${kernel}, whose gradient is not registered. ` +
        'Call await registerOps({ stockGradients: true }) once at the start.',
      { cause: error },
    );
  if (message.startsWith('Cannot compute gradient'))
    return new HeadwaterError(
      'HW_USAGE',
      `The loss of the model "${name}" does not depend on every parameter by ops that have ` +
        'gradients. Use each parameter in forward, and leave the others out.',
      { cause: error },
    );
  return error;
};

/**
 * Makes a model from two functions: `forward` computes the logits of a batch, and `loss` computes the value to
 * minimize. `fit`, `trainStep`, `evaluate` and `predict` accept the model.
 *
 * It provides what every model needs: the parameters on their backend, the gradients, the optimizer (Adam with
 * PyTorch's constants), probabilities by softmax, copies of the weights, and the freeing of memory. `forward` and
 * `loss` run within one synchronous step. The tensors that they make are freed at its end.
 *
 * The ops of this library always have gradients. Where `forward` or `loss` uses ops of tfjs, call
 * `await registerOps({ stockGradients: true })` once at the start.
 *
 * @param options `classes`, `parameters` and `forward`; all other options have defaults
 * @throws HeadwaterError `HW_USAGE` for invalid options, `HW_BACKEND` when the backend is not registered; its steps
 * throw `HW_USAGE` for logits of another shape than [B, C] or a missing gradient, and `HW_NUMERIC` for a loss or a
 * probability that is not finite
 *
 * @example
 * ```ts
 * import { embedding, linear, registerOps, trainable } from 'headwater';
 * import { mean } from '@tensorflow/tfjs-core';
 *
 * await registerOps({ stockGradients: true });
 * const model = trainable({
 *   classes: 2,
 *   parameters: {
 *     embeddings: { shape: [50, 8], uniform: 0.1 },
 *     weight: { shape: [2, 8], uniform: 0.1 },
 *     bias: { shape: [2] },
 *   },
 *   forward: ({ embeddings, weight, bias }, batch) => linear(mean(embedding(embeddings, batch), 1), weight, bias),
 * });
 * const batch = {
 *   size: 2,
 *   time: 2,
 *   tokens: Int32Array.of(5, 7, 9, 4),
 *   lengths: Int32Array.of(2, 2),
 *   ids: Int32Array.of(0, 1),
 *   labels: Int32Array.of(0, 1),
 * };
 * for (let step = 0; step < 100; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.1 });
 * console.log(model.evaluateBatch(batch).loss < 0.1); // true
 * model.dispose();
 * ```
 */
export const trainable = <Name extends string>(options: TrainableOptions<Name>): OwnModel => {
  checkOptions('trainable', options, '{ classes, parameters, forward }');
  const { classes, parameters, forward, name = 'own', seed = 1234, backend = BACKEND_NAME } = options;
  checkWhole('trainable', 'classes', classes, 1);
  checkWhole('trainable', 'seed', seed);
  checkTypes('trainable', options, { name: 'string', backend: 'string' });
  const classWeights = options.classWeights?.slice();
  if (classWeights !== undefined) checkClassWeights(classWeights, classes);
  const loss =
    options.loss ??
    ((logits: Tensor, { labels }: LabelledBatch): Tensor => softmaxCrossEntropy(logits, labels, classWeights));
  const start = parameterValues(parameters, seed);
  const shapes = new Map(Array.from(start, ([key, { shape }]) => [key, shape]));

  if (backend === BACKEND_NAME) registerBackend();
  else registerOps();
  const { weights, adam } = runOn(backend, () => {
    const variables = new Map(
      Array.from(start, ([key, { shape, data }]): [Name, Variable] => [
        key,
        tidy(() => variable(tensor(data, [...shape]), false)),
      ]),
    );
    return { weights: variables, adam: new Adam(variables) };
  });
  const names = [...weights.keys()];
  let disposed = false;

  /** Runs one synchronous step on the model's backend and frees all its tensors. */
  const step = <Result>(work: () => Result): Result => {
    if (disposed) throw new HeadwaterError('HW_USAGE', `The model "${name}" has been disposed of. Make another one.`);
    return runOn(backend, () => {
      const results: Result[] = [];
      tidy(() => void results.push(work()));
      return results[0] as Result;
    });
  };

  const named = (tensors: readonly Tensor[]): Readonly<Record<Name, Tensor>> =>
    Object.fromEntries(names.map((key, i) => [key, tensors[i]])) as Record<Name, Tensor>;

  const logitsOf = (tensors: readonly Tensor[], batch: PaddedBatch, context?: StepContext): Tensor => {
    const logits = forward(named(tensors), batch, context);
    if (logits.shape.join() !== `${batch.size},${classes}`)
      throw new HeadwaterError(
        'HW_USAGE',
        `trainable: forward of the model "${name}" gave logits of shape [${logits.shape.join(', ')}], but ` +
          `a batch of ${batch.size} rows and ${classes} classes has the shape [${batch.size}, ${classes}].`,
      );
    return logits;
  };
  const lossOf = (logits: Tensor, batch: LabelledBatch): Scalar => {
    const value = loss(logits, batch);
    if (value.rank === 0) return value as Scalar;
    throw new HeadwaterError(
      'HW_USAGE',
      `trainable: loss of the model "${name}" gave a tensor of shape ` +
        `[${value.shape.join(', ')}], but must give a scalar.`,
    );
  };
  const numberOf = (what: string, value: Tensor, where: string): number =>
    finite(value.dataSync<'float32'>(), `The ${what} of "${name}" ${where}`, 'Lower the learning rate.')[0] ?? NaN;
  const probabilitiesOf = (logits: Tensor): Float32Array =>
    finite(softmax(logits).dataSync<'float32'>().slice(), `A probability of "${name}"`, 'Lower the learning rate.');

  return {
    name,
    classes,

    trainBatch: (batch, context) =>
      step(() => {
        const run = valueAndGrads((...tensors: Tensor[]) => lossOf(logitsOf(tensors, batch, context), batch));
        let found: ReturnType<typeof run>;
        try {
          found = run([...weights.values()]);
        } catch (error) {
          throw explained(error, name);
        }
        // This is checked before the update, so that a failed step leaves the weights unchanged.
        const where = `in epoch ${context.epoch}, step ${context.step}`;
        const value = numberOf('loss', found.value, where);
        const { gradients, norm } = clipGradients(found.grads, context.clipNorm);
        const gradientNorm = norm && numberOf('norm of the gradients', norm, where);
        adam.step(new Map(names.map((key, i) => [key, gradients[i]!])), context.learningRate);
        return { loss: value, weight: labelWeight(batch.labels, classWeights), gradientNorm };
      }),

    evaluateBatch: (batch) =>
      step(() => {
        const logits = logitsOf([...weights.values()], batch);
        return {
          loss: numberOf('loss', lossOf(logits, batch), 'in evaluation'),
          weight: labelWeight(batch.labels, classWeights),
          probabilities: probabilitiesOf(logits),
        };
      }),

    predictBatch: (batch) => step(() => probabilitiesOf(logitsOf([...weights.values()], batch))),

    stateDict: () => step(() => new Map(Array.from(weights, ([key, weight]) => [key, copyWeight(weight)]))),

    loadStateDict: (state) => {
      // All entries are checked first, so that a state that does not match changes nothing.
      const checked = checkWeights(shapes, state);
      if (isLeft(checked)) throw checked.left;
      step(() => {
        for (const [key, weight] of weights) {
          const { shape, data } = checked.right.get(key)!;
          weight.assign(tensor(data.slice(), [...shape]));
        }
      });
    },

    optimizerState: () => step(() => adam.stateDict()),
    loadOptimizerState: (state) => step(() => adam.loadStateDict(state)),

    dispose: () => {
      if (disposed) return;
      disposed = true;
      adam.dispose();
      for (const weight of weights.values()) weight.dispose();
    },
  };
};
