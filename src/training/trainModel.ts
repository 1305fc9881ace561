import { checkTypes } from '../contracts/checkOption.js';
import { checkSplit } from '../operators/rows/checkSplit.js';
import { concat, concatMap, defer, finalize, type Observable, of } from 'rxjs';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { LinearClassifier } from '../models/linear/linearClassifier.js';
import type { WideGru } from '../models/wide/WideGruSettings.js';
import type { Split } from '../operators/rows/prepare.js';
import { addLinear } from './addLinear.js';
import { joinsValidation, joinValidation } from './joinValidation.js';
import { isBetter, PERFECT } from './measureCandidate.js';
import type { CandidateMeasured, ModelChosen, ModelTrainingEvent, TrainedCandidate } from './ModelChosen.js';
import type { ModelTrainingOptions } from './ModelTrainingOptions.js';
import { checkNetworkTraining, networkBatchSize, trainNetwork, type TrainNetworkOptions } from './trainNetwork.js';
import { tempered } from './tempered.js';
import { trainLinear, type TrainLinearOptions } from './trainLinear.js';

/** The options of `trainModel`. */
export interface TrainModelOptions
  extends
    ModelTrainingOptions,
    Pick<
      TrainNetworkOptions,
      | 'vectors'
      | 'backend'
      | 'learningRate'
      | 'monitor'
      | 'keep'
      | 'hiddenDim'
      | 'embeddingDim'
      | 'dropout'
      | 'seeds'
      | 'pooling'
    > {
  /**
   * `linear`: a linear model on hashed features; `wide-gru`: a recurrent model, with a linear one added where that is
   * better; `auto`: both where the table is suitable for a recurrent model, or where one starts from an older model, of
   * which the better one on the validation rows is kept. Default `auto`.
   */
  readonly architecture?: 'auto' | 'linear' | 'wide-gru' | undefined;
  /** The candidate settings of the linear model. Default: those of `trainLinear`. */
  readonly linear?: Pick<TrainLinearOptions, 'wordWeights' | 'optimizers' | 'inverseRegularizations'> | undefined;
  /** The share of the table's tokens that the word vectors cover, from 0 to 1. Default 1. */
  readonly coverage?: number | undefined;
  /**
   * The epochs of the recurrent model, or of the linear model with `linear`. Default: depends on the number of rows.
   */
  readonly epochs?: number | undefined;
  /** The batch size of the recurrent model in rows. Default 32 to 128, depending on the number of rows. */
  readonly batchSize?: number | undefined;
  /**
   * Whether the chosen model is trained again on the train and validation rows together. Settings and epochs stay the
   * same, and the validation scores are those of the model before. The temperature also stays the same, except with
   * fewer than 1,000 train rows: then it is fitted on four folds of these rows.
   * Default: true with fewer than 9,000 train rows.
   */
  readonly joinValidation?: boolean | undefined;
}

/** The number of train rows from which a recurrent model without word vectors may be better than a linear one. */
const ENOUGH_ROWS = 4000;
/** The share of tokens that word vectors must cover before a recurrent model uses them. */
const ENOUGH_COVERAGE = 0.6;

/** The reason not to train a recurrent model, decided before any training; undefined where one is trained. */
export const whyNoNetwork = (
  split: Split,
  { architecture = 'auto', vectors, coverage = 1, warmStart }: TrainModelOptions,
): string | undefined => {
  if (architecture === 'linear') return 'it was asked for';
  if (architecture === 'wide-gru') return undefined;
  if (split.rows.validation === 0) return 'there are no validation rows to compare models on';
  // An older network has learnt from rows of its own.
  if (warmStart !== undefined) return undefined;
  if (vectors !== undefined && coverage >= ENOUGH_COVERAGE) return undefined;
  if (split.rows.train < ENOUGH_ROWS)
    return (
      `${split.rows.train.toLocaleString('en')} train rows ` +
      `${vectors === undefined ? 'without word vectors' : 'in other words than the vectors have'} are ` +
      'few for a recurrent one'
    );
  return undefined;
};

const scored = ({ f1, loss }: CandidateMeasured): string => `F1 ${f1.toFixed(4)}, loss ${loss.toFixed(4)}`;

const chosenOf = (
  kept: TrainedCandidate,
  linear: TrainedCandidate,
  candidates: readonly CandidateMeasured[],
  reason: string,
): ModelChosen => {
  const why = `kept ${kept.measured.candidate}: ${reason}`;
  const chosen = tempered(kept);
  return { type: 'model-chosen', kept: chosen, linear: kept === linear ? chosen : linear, candidates, why };
};

/**
 * Checks the types of the options of `trainModel`.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkModelTraining = (call: string, options: TrainModelOptions): void => {
  checkNetworkTraining(call, options);
  checkTypes(call, options, {
    architecture: ['auto', 'linear', 'wide-gru'],
    coverage: 'number',
    batchSize: 'number',
    joinValidation: 'boolean',
  });
};

/**
 * Trains the models that are suitable for a split, and keeps the best one on its validation rows.
 *
 * A linear model is always trained. Unless `architecture` is `linear`, a recurrent model and the sum of both follow
 * where these may be better. So on the validation rows, which alone decide, the kept model is never worse than the
 * linear one. With few rows, the kept model is trained again at the end, together with the validation rows. The test
 * rows then measure that model.
 *
 * ```marbles drawn
 * split:   s
 *          trainModel(split)
 * result:  -e-e-c-e-e-c-c-(M|)      e: training events;  c: a candidate measured;  M: the model that is kept
 * ```
 *
 * Cold. Memory: twice `keepBytes` of encoded rows, and three models at a time. On an error, and on
 * unsubscribing before the last event, all its models are disposed of. After the last event, the receiver must dispose
 * of them.
 *
 * Errors: `HW_BACKEND` where the backend is not registered; those of the rows, `batches` and `fit`.
 *
 * @param split the split from `prepare`
 * @param options the models and their settings
 * @see restoreModel, encodeArtifacts for saving the kept model
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, trainModel, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 60 }, (_, id) => ({
 *   id,
 *   title: `${id % 2 === 0 ? 'late goal' : 'port closes'} ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * const last = await lastValueFrom(trainModel(split));
 * if (last.type === 'model-chosen') {
 *   console.log(last.why, last.kept.model.config);
 *   last.kept.model.dispose();
 * }
 * ```
 */
export const trainModel = (split: Split, options: TrainModelOptions = {}): Observable<ModelTrainingEvent> => {
  checkSplit('trainModel', split);
  checkModelTraining('trainModel', options);

  const { architecture = 'auto', vectors, labelEncoder } = { ...options, ...split };
  const without = whyNoNetwork(split, options);
  const batchSize = options.batchSize ?? networkBatchSize(split.rows.train);
  return defer(() => {
    const candidates: CandidateMeasured[] = [];
    const linear$ = trainLinear(split, {
      ...options,
      ...options.linear,
      epochs: architecture === 'linear' ? options.epochs : undefined,
      batchSize,
      vectors: without === undefined ? vectors : undefined,
    });

    const withNetwork = (linear: TrainedCandidate): Observable<ModelTrainingEvent> => {
      const linearOnly = (reason: string) => of(chosenOf(linear, linear, candidates, reason));
      if (without !== undefined) return linearOnly(without);
      if (architecture === 'auto' && linear.measured.f1 >= PERFECT)
        return linearOnly(`it has ${scored(linear.measured)} on the validation rows`);
      return trainNetwork(split, { ...options, beside: linear }).pipe(
        concatMap((event): Observable<ModelTrainingEvent> => {
          if (event.type !== 'network-trained') return tell(event);
          return chooseAmong(event.network, linear);
        }),
      );
    };

    const chooseAmong = (network: TrainedCandidate, linear: TrainedCandidate): Observable<ModelTrainingEvent> => {
      if (!isNetwork(network) || !isLinear(linear) || split.rows.validation === 0)
        return of(chosenOf(network, linear, candidates, 'it was asked for'));
      let isHanded = false;
      return addLinear(network, linear, labelEncoder.classes).pipe(
        concatMap((sum) => {
          const kept = [network, sum].reduce<TrainedCandidate>(
            (best, next) => (isBetter(next.measured, best.measured) ? next : best),
            architecture === 'wide-gru' ? network : linear,
          );
          const others = [linear, network, sum].filter((other) => other !== kept);
          const reason =
            `${scored(kept.measured)} on the validation rows; ` +
            others.map(({ measured }) => `${measured.candidate} ${scored(measured)}`).join('; ');
          return concat(
            tell(sum.measured),
            defer(() => {
              isHanded = kept !== linear;
              return of(chosenOf(kept, linear, candidates, reason));
            }),
          );
        }),
        finalize(() => {
          if (!isHanded) network.model.dispose();
        }),
      );
    };

    const tell = <Event extends TrainingEvent | CandidateMeasured>(event: Event): Observable<Event> => {
      if (event.type === 'candidate') candidates.push(event);
      return of(event);
    };

    const event$ = linear$.pipe(
      concatMap((event): Observable<ModelTrainingEvent> => {
        if (event.type !== 'linear-trained') return tell(event);
        return withNetwork(event.linear);
      }),
    );
    if (!joinsValidation(split, options)) return event$;
    return event$.pipe(
      concatMap((event) =>
        event.type === 'model-chosen'
          ? joinValidation(split, event, { ...options, call: 'trainModel', batchSize })
          : of(event),
      ),
    );
  });
};

const isNetwork = (candidate: TrainedCandidate): candidate is TrainedCandidate & { readonly model: WideGru } =>
  'architecture' in candidate.model.config && candidate.model.config.architecture === 'wide-gru';

const isLinear = (candidate: TrainedCandidate): candidate is TrainedCandidate & { readonly model: LinearClassifier } =>
  'architecture' in candidate.model.config && candidate.model.config.architecture === 'linear';
