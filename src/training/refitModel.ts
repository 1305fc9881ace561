import { concat, defer, finalize, type Observable, of, switchMap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import { isLessonConfig } from '../models/artifacts/ModelConfig.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { LinearConfig } from '../models/linear/LinearConfig.js';
import { type LinearClassifier, linearClassifier } from '../models/linear/linearClassifier.js';
import { mixLinear } from '../models/linear/mixLinear.js';
import { sumClassifier } from '../models/sum/sumClassifier.js';
import { type WideGru, wideGru } from '../models/wide/wideGru.js';
import type { WideGruConfig } from '../models/wide/WideGruConfig.js';
import type { Split } from '../operators/rows/prepare.js';
import { withAllRows } from '../operators/rows/withAllRows.js';
import { fitLinear, fitNetwork } from './fitParts.js';
import type { TrainedCandidate } from './ModelChosen.js';
import { weightsOfClasses } from './ModelTrainingOptions.js';
import { type ReadRows, readWords } from './readWords.js';
import type { TrainModelOptions } from './trainModel.js';
import { LEARNING_RATE, networkBatchSize } from './trainNetwork.js';

/** A model that was trained once more on all rows of its split. */
export interface ModelRefitted {
  readonly type: 'model-refitted';
  /** The model. Whoever is given it disposes of it. */
  readonly model: TextModel;
  readonly features: TrainedCandidate['features'];
  readonly vectors: TrainedCandidate['vectors'];
  /** The number of rows that it was trained on. */
  readonly rows: number;
}

/** What a part of a model calls itself when it is trained once more. */
const again = (name: string): string => `${name}, all rows`;

/**
 * Trains a model that `trainModel` kept once more, on all rows of the split: train, validation and test rows.
 *
 * All choices stay: the settings, the sizes, the number of epochs of the weights that were kept, the temperature, and the
 * weights of a sum. Vocabulary and classes stay those of the train rows; class weights and the frequencies of hashed
 * features are counted anew. No row is left to measure the new model on. So report the scores of the kept model, and say
 * that they are its.
 *
 *     split:  s
 *     result: -e-e-e-…-(R|)     e training events, R the model
 *
 * Cold. On an error, and on unsubscribing before the last event, the new model is disposed of. The kept one is not changed.
 *
 * Errors: `HW_USAGE` for a classifier of the lesson; those of the rows, `batches` and `fit`.
 *
 * @param split what `trainModel` was given
 * @param kept the model that it kept
 * @param options those that `trainModel` was given
 *
 * @example
 * ```ts
 * import { concatMap, EMPTY, from, lastValueFrom } from 'rxjs';
 * import { prepare, refitModel, trainModel, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 60 }, (_, id) => ({ id, title: `${id % 2 === 0 ? 'late goal' : 'port closes'} ${id}`, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * const last = await lastValueFrom(
 *   trainModel(split).pipe(concatMap((event) => (event.type === 'model-chosen' ? refitModel(split, event.kept) : EMPTY))),
 * );
 * if (last.type === 'model-refitted') console.log(last.rows); // 60
 * ```
 */
export const refitModel = (
  split: Split,
  kept: TrainedCandidate,
  options: TrainModelOptions = {},
): Observable<TrainingEvent | ModelRefitted> =>
  defer(() => {
    const { config } = kept.model;
    const { vectors, parts } = kept;
    if (isLessonConfig(config))
      throw new HeadwaterError('HW_USAGE', 'refitModel was given a classifier of the lesson. Train it by `fit`.');
    const all = withAllRows(split);
    const { seed = split.seed, learningRate = LEARNING_RATE, backend } = options;
    const classWeights = weightsOfClasses(options.classWeights ?? 'none', all.classCounts.train);
    const wordWeight = kept.features?.wordWeight ?? 1;
    const settings = { trainRows: all.rows.train, seed, classWeights };
    const made: { dispose(): void }[] = [];
    let handed = false;

    const network = (part: WideGruConfig): WideGru => {
      const model = wideGru(part, { seed, classWeights, vectors, backend, name: again(kept.trainedAs) });
      made.push(model);
      return model;
    };
    const trainNetwork = (model: WideGru, { source }: ReadRows): Observable<TrainingEvent> =>
      fitNetwork(model, source, { epochs: parts.networkEpochs ?? 1, learningRate, keep: 'last' }, options);

    /** The linear models, and the training of them one after the other. */
    const linearParts = ({ source }: ReadRows) => {
      const models = parts.linear.map(({ config: part, share }) => {
        const name = again(`linear, words ${wordWeight}, ${part.optimizer}`);
        return { model: linearClassifier(part, { ...settings, name }), share };
      });
      return {
        training$: concat(...models.map(({ model }, i) => fitLinear(model, source, parts.linear[i]!.epochs, options))),
        /** Once they are trained: one model of all of them, with the temperature that was chosen. */
        model: (of: LinearConfig): LinearClassifier => {
          const [only, ...more] = models;
          const mixed = only !== undefined && more.length === 0 ? only.model : mixLinear(models, settings);
          return linearClassifier(of, { ...settings, name: kept.model.name, weights: mixed.stateDict() });
        },
      };
    };

    /** The training of the parts, and the model that is made of them then. */
    const start = (
      read: ReadRows,
    ): { readonly training$: Observable<TrainingEvent>; readonly model: () => TextModel } => {
      switch (config.architecture) {
        case 'linear': {
          const { training$, model } = linearParts(read);
          return { training$, model: () => model(config) };
        }
        case 'wide-gru': {
          const model = network(config);
          return { training$: trainNetwork(model, read), model: () => model };
        }
        case 'sum': {
          const { networkWeight, linearWeight } = config;
          const linear = linearParts(read);
          const recurrent = network(config.network);
          return {
            training$: concat(linear.training$, trainNetwork(recurrent, read)),
            model: () =>
              sumClassifier(
                { network: recurrent, linear: linear.model(config.linear), networkWeight, linearWeight },
                { name: kept.model.name, classWeights },
              ),
          };
        }
      }
    };

    const batchSize = options.batchSize ?? networkBatchSize(split.rows.train);
    return readWords(all, { ...options, vectors, batchSize }).pipe(
      switchMap((readWith) => {
        const read = readWith(wordWeight);
        const { training$, model } = start(read);
        const features = kept.features === undefined ? undefined : read.features;
        return concat(
          training$,
          defer(() => {
            handed = true;
            return of({ type: 'model-refitted', model: model(), features, vectors, rows: all.rows.train } as const);
          }),
        );
      }),
      finalize(() => {
        if (!handed) for (const model of made) model.dispose();
      }),
    );
  });
