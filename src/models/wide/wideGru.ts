import type { WideGru, WideGruSettings } from './WideGruSettings.js';
import { checkSettings } from '../internal/checkSettings.js';
import { checkOptions } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { div, type Tensor, tensor, tensor2d, tidy, valueAndGrads, variable } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import type { StepContext, StepResult } from '../../contracts/models/Trainable.js';
import { registerBackend } from '../../ops/backends/registerBackend.js';
import { runOn } from '../../ops/backends/onBackend.js';
import { touchedRows } from '../../ops/backends/touchedRows.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { copyWeight } from '../../ops/internal/copyWeight.js';
import { checkClassWeights, labelWeight } from '../../ops/internal/lossShares.js';
import { softmax } from '../../ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../../ops/layers/softmaxCrossEntropy.js';
import { Adam } from '../../ops/optimizers/Adam.js';
import { clipByGlobalNorm } from '../../ops/optimizers/clipByGlobalNorm.js';
import { RowAdagrad } from '../../ops/optimizers/RowAdagrad.js';
import { RowAdam } from '../../ops/optimizers/RowAdam.js';
import { attentionWeights } from '../../ops/pooling/attentionWeights.js';
import { registerOps } from '../../ops/registerOps.js';
import { distinctWords } from '../../ops/sparse/distinctWords.js';
import { RowTable } from '../../ops/sparse/RowTable.js';
import { checkRenewable } from '../internal/checkRenewable.js';
import { entriesUnder, prefixed } from '../internal/entriesUnder.js';
import { clipGradients } from '../internal/clipGradients.js';
import { checkWeights } from '../internal/checkWeights.js';
import { DAMAGED, finite, UNSTABLE } from '../internal/finite.js';
import { type MakeWideGru, meanOfNetworks } from './internal/meanOfNetworks.js';
import { firstWeights, QUERY, wideGruShapes } from './internal/firstWeights.js';
import { smallWideGru } from './internal/smallWideGru.js';
import { vectorsFor } from './internal/vectorsFor.js';
import { type Found, wideNetwork } from './internal/wideNetwork.js';
import type { WideGruConfig } from './WideGruConfig.js';

/** The weight decay of the dense weights, and the norm to which their gradients are clipped. */
const WEIGHT_DECAY = 0.01;
const MOST_NORM = 1;
/** The learning rates of the tables as multiples of the learning rate: with 3e-3, Adagrad's is 0.1. */
const WIDE_RATE = 0.1 / 3e-3;
const EMBEDDING_RATE = { vectors: 1, none: 1e-2 / 3e-3 };

/**
 * Makes a text classifier from a recurrent part and a wide linear part that are trained together:
 *
 *     e      = P[w] + D[d]                       a token's fixed vector plus its trained embedding
 *     h      = biGRU(e)                          over the row's real tokens
 *     logits = A·[maxₜ h; meanₜ h] + b + Σⱼ xⱼ · U[fⱼ]
 *
 * With the pooling `attention`, the mean is replaced by the sum Σₜ wₜ · hₜ with the weights w = softmaxₜ(hₜ · q), where
 * the query q is trained from zeros; `attention` then gives these weights.
 *
 * Where the configuration has `members`, the model consists of that number of networks. They start from the seeds
 * `seed`, `seed + 1` and so on, and learn from the same batches. The model's logits are the mean of their logits.
 *
 * It uses a batch's tokens, its `vectorIds` where the configuration has `vectors`, and its `features` where the
 * configuration has `columns`. A `rowEncoder` makes these. A word that did not occur in training still has its word
 * vector.
 *
 * AdamW updates the GRU, A and b (decay 0.01, gradients clipped to the norm 1). Adam updates D on the rows of the
 * batch, and Adagrad updates U on touched rows. With a `clipNorm`, a step clips all gradients together to that norm
 * instead. The learning rate is that of the GRU; 3e-3 with the schedule `oneCycle()` works well.
 *
 * Each method is one synchronous step on the model's own backend. On the same backend, equal configurations, seeds,
 * batches and contexts give equal bits. Memory: 12 bytes per dense weight, 12 bytes per embedding value of each token
 * seen, 4 bytes per column, and 8 · C bytes per touched column. On the embedded backend, it computes a batch of at most
 * 8 rows and 256 places without tensors. For such batches it keeps the input projections of recent words: at most 8,192
 * words, with 24 · H bytes each. With attention it computes every batch with tensors.
 *
 * @param config the model's sizes; `wideGruConfig` completes a configuration
 * @param settings seed, vectors, class weights, backend
 * @throws HeadwaterError `HW_USAGE` when vectors or class weights do not match, `HW_ARTIFACT` when the given weights do
 * not match, `HW_BACKEND` when the backend is not registered; its steps throw `HW_USAGE` when a batch does not match,
 * and `HW_NUMERIC` when a loss or a probability is not finite
 * @see B. Lakshminarayanan and others, Simple and scalable predictive uncertainty estimation using deep ensembles.
 *   NeurIPS 2017.
 * @see H.-T. Cheng and others, Wide & deep learning for recommender systems. DLRS 2016.
 *
 * @example
 * ```ts
 * import { wideGru, wideGruConfig } from 'headwater';
 * const model = wideGru(wideGruConfig({ classes: 2, vocabularySize: 10, embeddingDim: 4, hiddenDim: 4 }), {
 *   seed: 1234,
 * });
 * const batch = {
 *   size: 2,
 *   time: 2,
 *   tokens: Int32Array.of(5, 7, 9, 0),
 *   lengths: Int32Array.of(2, 1),
 *   ids: Int32Array.of(0, 1),
 *   labels: Int32Array.of(0, 1),
 * };
 * model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 3e-3 }).loss; // about log 2
 * model.dispose();
 * ```
 */
export const wideGru = (config: WideGruConfig, settings: WideGruSettings): WideGru => {
  checkArgument('wideGru', 'config', config, 'a configuration, such as wideGruConfig() makes', ['classes']);
  checkOptions('wideGru', settings, 'config, { seed: 1 }');
  checkSettings('wideGru', settings);
  return config.members === undefined ? oneWideGru(config, settings) : meanOfNetworks(config, settings, oneWideGru);
};

const oneWideGru: MakeWideGru = (config, settings) => {
  const { classes, vocabularySize, padIndex, embeddingDim, columns } = config;
  const { seed, backend = BACKEND_NAME, name = 'wide-gru' } = settings;
  const classWeights = settings.classWeights?.slice();
  if (classWeights !== undefined) checkClassWeights(classWeights, classes);
  const vectors = vectorsFor(config, settings, name);
  if (backend === BACKEND_NAME) registerBackend();
  else registerOps();

  const shapes = wideGruShapes(config);
  const memory = touchedRows();
  const embeddings = new RowTable({ rows: vocabularySize, width: embeddingDim }, memory);
  const embeddingsAdam = new RowAdam(embeddings);
  const wide = columns === 0 ? undefined : new RowTable({ rows: columns, width: classes }, memory);
  const wideAdagrad = wide && new RowAdagrad(wide);

  /** Splits a state into its parts, and checks each part before any is loaded. */
  const partsOf = (state: StateDict): StateDict => {
    const dense = new Map(
      Array.from(state).filter(([key]) => !key.startsWith('embeddings.') && !key.startsWith('wide.')),
    );
    const checked = checkWeights(shapes, dense);
    if (isLeft(checked)) throw checked.left;
    return checked.right;
  };
  const loadTables = (state: StateDict): void => {
    embeddings.loadStateDict(entriesUnder('embeddings.', state));
    wide?.loadStateDict(entriesUnder('wide.', state));
  };

  const first = settings.weights ?? firstWeights(config, seed);
  const dense = partsOf(first);
  loadTables(first);
  const weights = runOn(
    backend,
    () =>
      new Map(
        Array.from(dense, ([key, { shape, data }]): [string, Variable] => [
          key,
          tidy(() => variable(tensor(data.slice(), [...shape]), false)),
        ]),
      ),
  );
  const adam = runOn(backend, () => new Adam(weights, { weightDecay: WEIGHT_DECAY }));
  const names = [...weights.keys()];
  let disposed = false;

  const step = <Result>(work: () => Result): Result => {
    if (disposed) throw new HeadwaterError('HW_USAGE', `The model "${name}" has been disposed of. Make another one.`);
    return runOn(backend, () => {
      const results: Result[] = [];
      tidy(() => void results.push(work()));
      return results[0] as Result;
    });
  };

  const look = (batch: PaddedBatch): Found => {
    if (config.vectors && batch.vectorIds === undefined) throw missing(name, 'word vectors');
    if (wide !== undefined && batch.features === undefined) throw missing(name, 'hashed features');
    const { size, time, tokens, lengths, vectorIds } = batch;
    const words = distinctWords({ size, time, tokens, lengths, vectorIds: config.vectors ? vectorIds : undefined });
    return {
      words,
      tokens: embeddings.lookUp(words.tokens, { without: padIndex }),
      features: wide?.lookUp(batch.features!.ids),
    };
  };

  const network = wideNetwork(config, { seed, vectors, names });

  const tensorsOf = ({ tokens, features }: Found): Tensor[] => [
    tensor2d(tokens.values, [tokens.ids.length, embeddingDim]),
    tensor2d(features?.values ?? new Float32Array(0), [features?.ids.length ?? 0, classes]),
    ...weights.values(),
  ];

  const logitsOf = (batch: PaddedBatch): Tensor => {
    const found = look(batch);
    const logits = network.forward(tensorsOf(found), batch, found);
    return config.temperature === 1 ? logits : div(logits, config.temperature);
  };

  const small = smallWideGru(config, backend, { vectors, embeddings, wide, weights });

  /** Computes a small batch without tensors, and any other batch by the ops. */
  const compute = (batch: PaddedBatch, wanted: 'logits' | 'probabilities'): Float32Array =>
    (disposed ? undefined : small.compute(batch, wanted)) ??
    step(() => {
      const logits = logitsOf(batch);
      return (wanted === 'logits' ? logits : softmax(logits)).dataSync<'float32'>();
    });

  const finiteProbabilities = (values: Float32Array): Float32Array =>
    finite(values, `A probability of "${name}"`, DAMAGED);
  const numberOf = (what: string, value: Tensor, where: string): number =>
    finite(value.dataSync<'float32'>(), `The ${what} of "${name}" ${where}`, UNSTABLE)[0] ?? NaN;

  const train = (batch: LabelledBatch, context: StepContext): Omit<StepResult, 'weight'> => {
    small.forget();
    const found = look(batch);
    const hasWide = found.features !== undefined;
    // The rows of an absent wide part are not an input, because tfjs rejects a gradient for an unused input.
    const given = tensorsOf(found).filter((_, i) => hasWide || i !== 1);
    const run = valueAndGrads((...tensors: Tensor[]) => {
      const all = hasWide ? tensors : [tensors[0]!, tensors[0]!, ...tensors.slice(1)];
      return softmaxCrossEntropy(network.forward(all, batch, found, context), batch.labels, classWeights);
    });
    const { value, grads } = run(given);
    // This is checked before the update, so that a failed step leaves the weights unchanged.
    const where = `in epoch ${context.epoch}, step ${context.step}`;
    const loss = numberOf('loss', value, where);
    const { learningRate, clipNorm } = context;
    const all = clipGradients(grads, clipNorm);
    const [delta, ...others] = all.gradients as [Tensor, ...Tensor[]];
    const denseGrads = new Map(names.map((key, i) => [key, (hasWide ? others.slice(1) : others)[i]!]));
    const dense =
      all.norm === undefined ? clipByGlobalNorm(denseGrads, MOST_NORM) : { gradients: denseGrads, norm: all.norm };
    // Also checked before the update: the gradients of a finite loss may be too large to be finite.
    const norm = numberOf('norm of the gradients', dense.norm, where);
    const ofRows = finite(delta.dataSync<'float32'>(), `A gradient of the embeddings of "${name}" ${where}`, UNSTABLE);
    adam.step(dense.gradients, learningRate);
    embeddingsAdam.step(
      found.tokens.ids,
      ofRows,
      learningRate * (config.vectors ? EMBEDDING_RATE.vectors : EMBEDDING_RATE.none),
    );
    if (found.features !== undefined)
      wideAdagrad?.step(found.features.ids, others[0]!.dataSync<'float32'>(), learningRate * WIDE_RATE);
    return clipNorm === undefined ? { loss } : { loss, gradientNorm: norm };
  };

  return {
    name,
    classes,
    config,
    backend,

    trainBatch: (batch, context) =>
      step(() => ({ ...train(batch, context), weight: labelWeight(batch.labels, classWeights) })),

    evaluateBatch: (batch) =>
      step(() => {
        const logits = logitsOf(batch);
        return {
          loss: numberOf('loss', softmaxCrossEntropy(logits, batch.labels, classWeights), 'in evaluation'),
          weight: labelWeight(batch.labels, classWeights),
          probabilities: finiteProbabilities(softmax(logits).dataSync<'float32'>()),
        };
      }),

    predictBatch: (batch) => finiteProbabilities(compute(batch, 'probabilities')),

    logits: (batch) => finite(compute(batch, 'logits'), `A logit of "${name}"`, DAMAGED),

    ...(config.pooling === 'attention'
      ? {
          attention: (batch: PaddedBatch) =>
            step(() => {
              const found = look(batch);
              const output = network.outputs(tensorsOf(found)[0]!, weights, batch, found);
              return attentionWeights(output, batch.lengths, weights.get(QUERY)!).dataSync<'float32'>();
            }),
        }
      : {}),

    stateDict: () =>
      step(
        () =>
          new Map<string, Weight>([
            ...Array.from(weights, ([key, weight]): [string, Weight] => [key, copyWeight(weight)]),
            ...prefixed('embeddings.', embeddings.stateDict()),
            ...(wide === undefined ? [] : prefixed('wide.', wide.stateDict())),
          ]),
      ),

    loadStateDict: (state) =>
      step(() => {
        small.forget();
        for (const [key, { shape, data }] of partsOf(state)) weights.get(key)?.assign(tensor(data.slice(), [...shape]));
        loadTables(state);
      }),

    optimizerState: () =>
      step(
        () =>
          new Map<string, Weight>([
            ...prefixed('dense.', adam.stateDict()),
            ...prefixed('embeddings.', embeddingsAdam.stateDict()),
            ...(wideAdagrad === undefined ? [] : prefixed('wide.', wideAdagrad.stateDict())),
          ]),
      ),

    loadOptimizerState: (state) =>
      step(() => {
        adam.loadStateDict(entriesUnder('dense.', state));
        embeddingsAdam.loadStateDict(entriesUnder('embeddings.', state));
        wideAdagrad?.loadStateDict(entriesUnder('wide.', state));
      }),

    renewTokens: (tokens, like) => {
      checkRenewable(name, config, [...tokens, like]);
      step(() => {
        small.forget();
        const ids = Int32Array.from(tokens);
        const { values } = embeddings.lookUp(Int32Array.of(like));
        for (const slot of embeddings.touch(ids))
          embeddings.store.chunkOf(slot).set(values, embeddings.store.startOf(slot));
        embeddingsAdam.forgetRows(ids);
      });
    },

    dispose: () => {
      if (disposed) return;
      disposed = true;
      small.dispose();
      adam.dispose();
      for (const weight of weights.values()) weight.dispose();
    },
  };
};

const missing = (name: string, what: string): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `The model "${name}" reads ${what}, but the batch has none. Make batches with a rowEncoder that has the model's.`,
  );
