import { concat, defer, finalize, of, type Observable, tap } from 'rxjs';
import { checkSplit } from '../operators/rows/checkSplit.js';
import { checkOptions, checkTypes } from '../contracts/checkOption.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { Monitor } from '../contracts/training/TrainingState.js';
import { wideGru } from '../models/wide/wideGru.js';
import { type WideGruPooling, type WideGruConfig, wideGruConfig } from '../models/wide/WideGruConfig.js';
import type { Split } from '../operators/rows/prepare.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';
import { tellingDiverged } from './DivergedModel.js';
import { measureCandidate } from './measureCandidate.js';
import type { CandidateMeasured, TrainedCandidate } from './ModelChosen.js';
import { fitNetwork } from './fitParts.js';
import { checkTraining, type ModelTrainingOptions, weightsOfClasses } from './ModelTrainingOptions.js';
import { startedNetwork } from './startedNetwork.js';

/** The options of `trainNetwork`. */
export interface TrainNetworkOptions extends ModelTrainingOptions {
  /** Provides the features and batches: a linear model of the same split. */
  readonly beside: TrainedCandidate;
  /** The word vectors of the batches. Default: none; the model then has no linear part of its own. */
  readonly vectors?: WordVectors | undefined;
  /** The model's tfjs backend, which must have been loaded. Default `headwater`. */
  readonly backend?: string | undefined;
  /** The size of one direction's hidden state. Default 128; 64 without vectors. */
  readonly hiddenDim?: number | undefined;
  /** The size of a token's embedding; with vectors it must equal theirs. Default 100. */
  readonly embeddingDim?: number | undefined;
  /** The share of embedding values and of pooled values that is dropped. Default 0.3; 0.4 without vectors. */
  readonly dropout?: number | undefined;
  /** Default: 3 to 12, more with fewer rows. */
  readonly epochs?: number | undefined;
  /** The number of networks with different seeds whose logits are averaged. Default 1. */
  readonly seeds?: number | undefined;
  /** How the outputs of the tokens are pooled, as for `wideGruConfig`. Default `max-mean`. */
  readonly pooling?: WideGruPooling | undefined;
  /** The highest learning rate of the cycle. Default 3e-3. */
  readonly learningRate?: number | undefined;
  /** The validation figure that decides which epoch is the best. Default `loss`. */
  readonly monitor?: Monitor | undefined;
  /** Which weights are kept: those of the best epoch, or the last ones. Default `best`. */
  readonly keep?: 'best' | 'last' | undefined;
}

/** A recurrent model was trained. */
export interface NetworkTrained {
  readonly type: 'network-trained';
  readonly network: TrainedCandidate;
}

/** The batch size of a recurrent model. With few train rows the batches are small, so that there are enough steps. */
export const networkBatchSize = (rows: number): number => (rows < 1000 ? 32 : rows < 4000 ? 64 : 128);

/** Without word vectors, only the sum with a linear model matters. More epochs and larger sizes do not improve it. */
const epochsFor = (rows: number, hasVectors: boolean): number =>
  rows < 1000 ? 12 : rows < 4000 ? 8 : rows < 50_000 && hasVectors ? 4 : 3;

/** The highest learning rate of the cycle. */
export const LEARNING_RATE = 3e-3;

/** The size of one direction's hidden state, with and without word vectors. */
const HIDDEN = { vectors: 128, none: 64 };

/**
 * Checks the types of the options of a network's training.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkNetworkTraining = (call: string, options: Omit<TrainNetworkOptions, 'beside'>): void => {
  checkTraining(call, options);
  checkTypes(call, options, {
    backend: 'string',
    hiddenDim: 'number',
    embeddingDim: 'number',
    dropout: 'number',
    epochs: 'number',
    seeds: 'number',
    pooling: ['max-mean', 'attention'],
    learningRate: 'number',
    monitor: ['loss', 'macro-f1', 'accuracy'],
    keep: ['best', 'last'],
  });
};

/**
 * The configuration of a recurrent model for a split.
 *
 * @param columns the number of columns of the hashed features, which the model uses only together with word vectors
 */
export const networkConfig = (
  { tokenizer, labelEncoder }: Split,
  columns: number,
  options: Pick<TrainNetworkOptions, 'vectors' | 'hiddenDim' | 'embeddingDim' | 'dropout' | 'seeds' | 'pooling'>,
): WideGruConfig => {
  const { vectors, embeddingDim = vectors?.dims, dropout } = options;
  const { hiddenDim = vectors === undefined ? HIDDEN.none : HIDDEN.vectors } = options;
  return wideGruConfig({
    classes: labelEncoder.size,
    vocabularySize: tokenizer.size,
    padIndex: tokenizer.padIndex,
    vectors: vectors !== undefined,
    embeddingDim,
    hiddenDim,
    dropout,
    members: options.seeds,
    pooling: options.pooling,
    columns: vectors === undefined ? 0 : columns,
  });
};

/**
 * Trains a recurrent model: with word vectors together with a linear part, without them on its own.
 *
 * Cold. Errors: those of the rows, `fit` and `wideGru`.
 *
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { filter, from, lastValueFrom, switchMap } from 'rxjs';
 * import { prepare, trainLinear, trainNetwork } from 'headwater';
 *
 * const rows = Array.from({ length: 200 }, (_, id) =>
 *   id % 2 === 0
 *     ? { id, title: `The team wins match ${id % 7}a`, category: 'Sports' }
 *     : { id, title: `The minister visits town ${id % 7}b`, category: 'World' },
 * );
 * const trained = await lastValueFrom(
 *   prepare(from(rows)).pipe(
 *     switchMap((split) =>
 *       trainLinear(split, { epochs: 3 }).pipe(
 *         filter((event) => event.type === 'linear-trained'),
 *         // The network reads the same features as the linear model.
 *         switchMap(({ linear }) => trainNetwork(split, { beside: linear, epochs: 1, hiddenDim: 8, embeddingDim: 8 })),
 *       ),
 *     ),
 *   ),
 * );
 * if (trained.type === 'network-trained') trained.network.model.dispose();
 * ```
 */
export const trainNetwork = (
  split: Split,
  options: TrainNetworkOptions,
): Observable<TrainingEvent | CandidateMeasured | NetworkTrained> => {
  checkSplit('trainNetwork', split);
  checkOptions('trainNetwork', options, 'split, { beside }');
  checkNetworkTraining('trainNetwork', options);
  return defer(() => {
    const { beside, vectors, backend, seed = split.seed, learningRate = LEARNING_RATE } = options;
    const { labelEncoder, rows, classCounts } = split;
    const name = vectors === undefined ? 'wide-gru' : 'wide-gru on vectors';
    const { features, source } = beside;
    const config = networkConfig(split, features?.columns ?? 0, options);
    const classWeights = weightsOfClasses(options.classWeights ?? 'none', classCounts.train);
    const fresh = wideGru(config, { seed, vectors, backend, classWeights, name });
    const model = startedNetwork(fresh, options.warmStart, split);
    const read = { features: config.columns > 0 ? features : undefined, vectors };
    const keep = rows.validation === 0 ? 'last' : options.keep;
    let made = 0;
    let measured: CandidateMeasured | undefined;
    let handed = false;
    return concat(
      fitNetwork(
        model,
        source,
        {
          epochs: options.epochs ?? epochsFor(rows.train, vectors !== undefined),
          learningRate,
          monitor: options.monitor,
          keep,
        },
        options,
      ).pipe(
        tap((event) => {
          if (event.type === 'training-ended') made = keep === 'last' ? event.state.epoch : event.bestEpoch;
        }),
      ),
      measureCandidate(name, model, source, labelEncoder.classes).pipe(tap((found) => (measured = found))),
      defer(() => {
        if (measured === undefined) return of();
        handed = true;
        const network = {
          measured,
          model,
          trainedAs: name,
          ...read,
          source,
          parts: { linear: [], networkEpochs: made },
        };
        return of({ type: 'network-trained', network } as const);
      }),
    ).pipe(
      tellingDiverged(options.diverged, () => ({ name, config, weights: model.stateDict(), ...read })),
      // After the last event, the receiver must dispose of the model.
      finalize(() => {
        if (!handed) model.dispose();
      }),
    );
  });
};
