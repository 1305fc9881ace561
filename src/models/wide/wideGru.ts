import { checkArgument } from '../../contracts/checkArgument.js';
import { div, type Tensor, tensor, tensor2d, tidy, valueAndGrads, variable } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import { isLeft } from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { OnlineModel } from '../../contracts/live/Learning.js';
import type { LabelledBatch, PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import type { StepContext, StepResult } from '../../contracts/models/Trainable.js';
import { registerBackend } from '../../ops/backends/registerBackend.js';
import { runOn } from '../../ops/backends/onBackend.js';
import { touchedRows } from '../../ops/backends/touchedRows.js';
import { BACKEND_NAME } from '../../ops/definition/backendName.js';
import { copyWeight } from '../../ops/internal/copyWeight.js';
import { checkClassWeights, labelWeight } from '../../ops/internal/lossShares.js';
import { dropout } from '../../ops/layers/dropout.js';
import { linear } from '../../ops/layers/linear.js';
import { softmax } from '../../ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../../ops/layers/softmaxCrossEntropy.js';
import { vectorEmbedding, type VectorRows } from '../../ops/layers/vectorEmbedding.js';
import { wordDropout } from '../../ops/layers/wordDropout.js';
import { Adam } from '../../ops/optimizers/Adam.js';
import { clipByGlobalNorm } from '../../ops/optimizers/clipByGlobalNorm.js';
import { RowAdagrad } from '../../ops/optimizers/RowAdagrad.js';
import { RowAdam } from '../../ops/optimizers/RowAdam.js';
import { maxMeanPool } from '../../ops/pooling/maxMeanPool.js';
import { indexedRecurrent } from '../../ops/recurrent/indexedRecurrent.js';
import { registerOps } from '../../ops/registerOps.js';
import { distinctWords, type DistinctWords } from '../../ops/sparse/distinctWords.js';
import { type FoundRows, RowTable } from '../../ops/sparse/RowTable.js';
import { sparseLinear } from '../../ops/sparse/sparseLinear.js';
import { checkRenewable } from '../internal/checkRenewable.js';
import { entriesUnder, prefixed } from '../internal/entriesUnder.js';
import { clipGradients } from '../internal/clipGradients.js';
import { checkWeights } from '../internal/checkWeights.js';
import { DAMAGED, finite, UNSTABLE } from '../internal/finite.js';
import { type MakeWideGru, meanOfNetworks } from './internal/meanOfNetworks.js';
import { firstWeights, wideGruShapes } from './internal/firstWeights.js';
import type { WideGruConfig } from './WideGruConfig.js';

/** What a wide GRU needs to know beyond what it is made of. */
export interface WideGruSettings {
  /** Decides the weights that it starts from and what its dropouts drop: any whole number. */
  readonly seed: number;
  /** The word vectors that batches give the ids of. Needed where the configuration says `vectors`. */
  readonly vectors?: VectorRows | undefined;
  /** The weight of each class in the loss, by class index, shape [C], finite and not negative. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The backend that it lives on, as tfjs knows it, whichever is current. Default `headwater`. */
  readonly backend?: string | undefined;
  /** What it calls itself in events. Default `wide-gru`. */
  readonly name?: string | undefined;
  /** The weights that it starts from, copied. Default: drawn by the seed. */
  readonly weights?: StateDict | undefined;
}

/** A recurrent text classifier on word vectors, with a wide linear part on hashed features. */
export interface WideGru extends OnlineModel {
  /** What it is made of. */
  readonly config: WideGruConfig;
  /** The backend that it lives on, as tfjs knows it. */
  readonly backend: string;
  /** The logits of a batch, row-major, shape [B, C], float32, with dropout off; changes nothing. */
  logits(batch: PaddedBatch): Float32Array;
  /** Frees the weights and the optimizers' state; it is of no more use. More calls change nothing. */
  dispose(): void;
}

/** The sites of the dropouts: each draws from a sequence of its own. */
const SITES = { words: 1, embeddings: 2, pooled: 3 };
/** The decay of the dense weights, and the norm that their gradients are clipped to. */
const WEIGHT_DECAY = 0.01;
const MOST_NORM = 1;
/** The rates of the tables, as multiples of the learning rate: with 3e-3, Adagrad's is 0.1. */
const WIDE_RATE = 0.1 / 3e-3;
const EMBEDDING_RATE = { vectors: 1, none: 1e-2 / 3e-3 };

/** What a batch's look-ups gave. */
interface Found {
  /** The different words of the batch. */
  readonly words: DistinctWords;
  /** The rows of the embeddings that they have. */
  readonly tokens: FoundRows;
  readonly features: FoundRows | undefined;
}

/**
 * Makes a text classifier of a recurrent part and a wide linear one, trained together:
 *
 *     e      = P[w] + D[d]                       a token's vector, which stays, and what is learnt of the token
 *     h      = biGRU(e)                          over the row's real tokens
 *     logits = A·[maxₜ h; meanₜ h] + b + Σⱼ xⱼ · U[fⱼ]
 *
 * Where the configuration has `members`, it is so many of them, which begin with the seeds `seed`, `seed + 1` and so on,
 * learn from the same batches, and are one model of the mean of their logits.
 *
 * It reads a batch's tokens, its `vectorIds` where the configuration says `vectors`, and its `features` where it has
 * `columns`: a `rowEncoder` gives them. A word that training never saw has its vector all the same.
 *
 * The GRU, A and b are moved by AdamW (decay 0.01, gradients clipped to the norm 1), D by Adam on the rows of the batch,
 * U by Adagrad on touched rows. A step with a `clipNorm` clips all gradients together to it instead. The learning rate is the GRU's; 3e-3 with the schedule `oneCycle()` suits it.
 *
 * Each method is one synchronous step on the model's own backend. On the same backend, equal configurations, seeds,
 * batches and contexts give equal bits. Holds 12 bytes a dense weight, 12 bytes an embedding's value of each token seen,
 * and 4 bytes a column with 8 · C bytes a touched one.
 *
 * @param config what it is made of; `wideGruConfig` completes one
 * @param settings seed, vectors, class weights, backend
 * @throws HeadwaterError `HW_USAGE` when vectors or class weights do not fit, `HW_ARTIFACT` when weights given do not,
 *   `HW_BACKEND` when the backend is not registered; its steps `HW_USAGE` when a batch does not fit, and `HW_NUMERIC`
 *   when a loss or a probability is not finite
 * @see B. Lakshminarayanan and others, Simple and scalable predictive uncertainty estimation using deep ensembles.
 *   NeurIPS 2017.
 * @see H.-T. Cheng and others, Wide & deep learning for recommender systems. DLRS 2016.
 *
 * @example
 * ```ts
 * import { wideGru, wideGruConfig } from 'headwater';
 * const model = wideGru(wideGruConfig({ classes: 2, vocabularySize: 10, embeddingDim: 4, hiddenDim: 4 }), { seed: 1234 });
 * const batch = { size: 2, time: 2, tokens: Int32Array.of(5, 7, 9, 0), lengths: Int32Array.of(2, 1), ids: Int32Array.of(0, 1), labels: Int32Array.of(0, 1) };
 * model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 3e-3 }).loss; // about log 2
 * model.dispose();
 * ```
 */
export const wideGru = (config: WideGruConfig, settings: WideGruSettings): WideGru => {
  checkArgument('wideGru', 'config', config, 'a configuration, such as wideGruConfig() makes', ['classes']);
  checkArgument('wideGru', 'settings', settings, 'an object such as { seed: 1 }', ['seed']);
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

  /** The parts of a state, each checked before any is loaded. */
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

  /** The logits of a batch; with a context as a train step computes them. */
  const forward = (tensors: readonly Tensor[], batch: PaddedBatch, found: Found, context?: StepContext): Tensor => {
    const [delta, wideRows, ...denseTensors] = tensors as [Tensor, Tensor, ...Tensor[]];
    const byName = new Map(names.map((key, i) => [key, denseTensors[i]!]));
    const { size, time, lengths } = batch;
    const { places, vectorIds } = found.words;
    const drops = (rate: number, site: number) => ({
      rate,
      seed,
      site,
      epoch: context?.epoch ?? 1,
      step: context?.step ?? 0,
      training: context !== undefined,
    });
    const input = { size: vectorIds.length, vectorIds, places: found.tokens.places };
    const kept = wordDropout(vectorEmbedding(delta, vectors, input), drops(config.wordDropout, SITES.words));
    const rows = dropout(kept, drops(config.dropout, SITES.embeddings));
    const output = indexedRecurrent(
      'gru',
      rows,
      { size, time, places, lengths },
      {
        weight_ih_l0: byName.get('rnn.weight_ih_l0')!,
        weight_hh_l0: byName.get('rnn.weight_hh_l0')!,
        bias_ih_l0: byName.get('rnn.bias_ih_l0')!,
        bias_hh_l0: byName.get('rnn.bias_hh_l0')!,
        weight_ih_l0_reverse: byName.get('rnn.weight_ih_l0_reverse')!,
        weight_hh_l0_reverse: byName.get('rnn.weight_hh_l0_reverse')!,
        bias_ih_l0_reverse: byName.get('rnn.bias_ih_l0_reverse')!,
        bias_hh_l0_reverse: byName.get('rnn.bias_hh_l0_reverse')!,
      },
    );
    const pooled = dropout(maxMeanPool(output, lengths), drops(config.dropout, SITES.pooled));
    const logits = linear(pooled, byName.get('head.weight')!, byName.get('head.bias')!);
    if (found.features === undefined) return logits;
    const { offsets, values } = batch.features!;
    return sparseLinear(wideRows, { offsets, ids: found.features.places, values }, logits);
  };

  const tensorsOf = ({ tokens, features }: Found): Tensor[] => [
    tensor2d(tokens.values, [tokens.ids.length, embeddingDim]),
    tensor2d(features?.values ?? new Float32Array(0), [features?.ids.length ?? 0, classes]),
    ...weights.values(),
  ];

  const logitsOf = (batch: PaddedBatch): Tensor => {
    const found = look(batch);
    const logits = forward(tensorsOf(found), batch, found);
    return config.temperature === 1 ? logits : div(logits, config.temperature);
  };

  const probabilitiesOf = (logits: Tensor): Float32Array =>
    finite(softmax(logits).dataSync<'float32'>(), `A probability of "${name}"`, DAMAGED);
  const numberOf = (what: string, value: Tensor, where: string): number =>
    finite(value.dataSync<'float32'>(), `The ${what} of "${name}" ${where}`, UNSTABLE)[0] ?? NaN;

  const train = (batch: LabelledBatch, context: StepContext): Omit<StepResult, 'weight'> => {
    const found = look(batch);
    const hasWide = found.features !== undefined;
    // The rows of an absent wide part are no input: a gradient of what is not used is refused by tfjs.
    const given = tensorsOf(found).filter((_, i) => hasWide || i !== 1);
    const run = valueAndGrads((...tensors: Tensor[]) => {
      const all = hasWide ? tensors : [tensors[0]!, tensors[0]!, ...tensors.slice(1)];
      return softmaxCrossEntropy(forward(all, batch, found, context), batch.labels, classWeights);
    });
    const { value, grads } = run(given);
    // Before the update: a step that went wrong leaves the weights as they were.
    const where = `in epoch ${context.epoch}, step ${context.step}`;
    const loss = numberOf('loss', value, where);
    const { learningRate, clipNorm } = context;
    const all = clipGradients(grads, clipNorm);
    const [delta, ...others] = all.gradients as [Tensor, ...Tensor[]];
    const denseGrads = new Map(names.map((key, i) => [key, (hasWide ? others.slice(1) : others)[i]!]));
    const dense =
      all.norm === undefined ? clipByGlobalNorm(denseGrads, MOST_NORM) : { gradients: denseGrads, norm: all.norm };
    // Before the update, too: of a loss that is still finite the gradients may be so large that they are not.
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
          probabilities: probabilitiesOf(logits),
        };
      }),

    predictBatch: (batch) => step(() => probabilitiesOf(logitsOf(batch))),

    logits: (batch) => step(() => finite(logitsOf(batch).dataSync<'float32'>(), `A logit of "${name}"`, DAMAGED)),

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

/** The table of vectors of a model; one row of zeros where it has none. */
const vectorsFor = (
  { vectors: wanted, embeddingDim }: WideGruConfig,
  { vectors }: WideGruSettings,
  name: string,
): VectorRows => {
  if (!wanted) return { dims: embeddingDim, rows: new Int8Array(embeddingDim), scales: Float32Array.of(0) };
  if (vectors?.dims !== embeddingDim)
    throw new HeadwaterError(
      'HW_USAGE',
      `The model "${name}" needs word vectors of ${embeddingDim} numbers, but was given ${vectors === undefined ? 'none' : `vectors of ${vectors.dims}`}.`,
    );
  return vectors;
};
