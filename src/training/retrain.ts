import { concat, defer, finalize, type Observable, of, switchMap } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import { isLessonConfig } from '../models/artifacts/ModelConfig.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { LinearConfig } from '../models/linear/LinearConfig.js';
import { type LinearClassifier, linearClassifier } from '../models/linear/linearClassifier.js';
import { mixLinear } from '../models/linear/mixLinear.js';
import { sumClassifier } from '../models/sum/sumClassifier.js';
import { wideGru } from '../models/wide/wideGru.js';
import type { WideGru } from '../models/wide/WideGruSettings.js';
import type { WideGruConfig } from '../models/wide/WideGruConfig.js';
import type { Split } from '../operators/rows/prepare.js';
import { fitLinear, fitNetwork } from './fitParts.js';
import type { TrainedCandidate } from './ModelChosen.js';
import { type ModelTrainingOptions, weightsOfClasses } from './ModelTrainingOptions.js';
import { type ReadRows, readWords } from './readWords.js';
import { startedNetwork } from './startedNetwork.js';
import { LEARNING_RATE, type TrainNetworkOptions } from './trainNetwork.js';

/** The options of `retrain`. */
export interface RetrainOptions extends ModelTrainingOptions, Pick<TrainNetworkOptions, 'learningRate' | 'backend'> {
  /** The public function that trains again, for messages. */
  readonly call: string;
  /** The batch size in rows. */
  readonly batchSize: number;
  /** The description of the rows in the events of this training, such as `all rows`. */
  readonly called: string;
  /** The model's temperature, at which 1 leaves its logits as they are. Default: that of the kept one. */
  readonly temperature?: number | undefined;
}

/** A model was trained again. */
export interface Retrained {
  readonly type: 'retrained';
  readonly model: TextModel;
  /** The linear part of a sum, which owns it. */
  readonly linear: LinearClassifier | undefined;
  readonly features: TrainedCandidate['features'];
  readonly vectors: TrainedCandidate['vectors'];
  /** The batches that it was trained on. */
  readonly source: BatchSource;
  /** The number of its train rows. */
  readonly rows: number;
}

/**
 * Trains a chosen model again, on the train rows of a split that has more of them.
 *
 * Errors: `HW_USAGE` for a classifier of the lesson; those of the rows, `batches` and `fit`.
 *
 * @param split the rows
 * @param kept the model, with the settings of its training; it does not change
 */
export const retrain = (
  split: Split,
  kept: TrainedCandidate,
  options: RetrainOptions,
): Observable<TrainingEvent | Retrained> =>
  defer(() => {
    const { config } = kept.model;
    const { vectors, parts } = kept;
    if (isLessonConfig(config))
      throw new HeadwaterError(
        'HW_USAGE',
        `${options.call} was given a classifier of the lesson. Train it by \`fit\`.`,
      );
    const { seed = split.seed, learningRate = LEARNING_RATE, backend, batchSize } = options;
    const again = (name: string): string => `${name}, ${options.called}`;
    const { temperature = config.architecture === 'sum' ? 1 : config.temperature } = options;
    const classWeights = weightsOfClasses(options.classWeights ?? 'none', split.classCounts.train);
    const wordWeight = kept.features?.wordWeight ?? 1;
    const runs = kept.features?.frequencies.settings.runs;
    const settings = { trainRows: split.rows.train, seed, classWeights };
    const made: { dispose(): void }[] = [];
    let handed = false;

    const network = (part: WideGruConfig): WideGru => {
      const fresh = wideGru(part, { seed, classWeights, vectors, backend, name: again(kept.trainedAs) });
      const model = startedNetwork(fresh, options.warmStart, split);
      made.push(model);
      return model;
    };
    const trainNetwork = (model: WideGru, { source }: ReadRows): Observable<TrainingEvent> =>
      fitNetwork(model, source, { epochs: parts.networkEpochs ?? 1, learningRate, keep: 'last' }, options);

    /** The linear models, and their training one after another. */
    const linearParts = ({ source }: ReadRows) => {
      const models = parts.linear.map(({ config: part, share }) => {
        const name = again(`linear, words ${wordWeight}, ${part.optimizer}`);
        return { model: linearClassifier(part, { ...settings, name }), share };
      });
      return {
        training$: concat(...models.map(({ model }, i) => fitLinear(model, source, parts.linear[i]!.epochs, options))),
        /** Call it after the training: makes one model of all of them, with the chosen temperature. */
        model: (of: LinearConfig): LinearClassifier => {
          const [only, ...more] = models;
          const mixed = only !== undefined && more.length === 0 ? only.model : mixLinear(models, settings);
          return linearClassifier(of, { ...settings, name: kept.model.name, weights: mixed.stateDict() });
        },
      };
    };

    /** The training of the parts, and a function that then makes the model from them. */
    const start = (
      read: ReadRows,
    ): { readonly training$: Observable<TrainingEvent>; readonly model: () => Pick<Retrained, 'model' | 'linear'> } => {
      switch (config.architecture) {
        case 'linear': {
          const { training$, model } = linearParts(read);
          return { training$, model: () => ({ model: model({ ...config, temperature }), linear: undefined }) };
        }
        case 'wide-gru': {
          const model = network({ ...config, temperature });
          return { training$: trainNetwork(model, read), model: () => ({ model, linear: undefined }) };
        }
        case 'sum': {
          const { networkWeight, linearWeight } = config;
          const wide = linearParts(read);
          const recurrent = network(config.network);
          return {
            training$: concat(wide.training$, trainNetwork(recurrent, read)),
            model: () => {
              const linear = wide.model(config.linear);
              const sum = {
                network: recurrent,
                linear,
                networkWeight: networkWeight / temperature,
                linearWeight: linearWeight / temperature,
              };
              return { model: sumClassifier(sum, { name: kept.model.name, classWeights }), linear };
            },
          };
        }
      }
    };

    return readWords(split, { ...options, vectors, batchSize, runs }).pipe(
      switchMap((readWith) => {
        const read = readWith(wordWeight);
        const { training$, model } = start(read);
        const features = kept.features === undefined ? undefined : read.features;
        return concat(
          training$,
          defer(() => {
            handed = true;
            const { source } = read;
            return of({ type: 'retrained', ...model(), features, vectors, source, rows: split.rows.train } as const);
          }),
        );
      }),
      finalize(() => {
        if (!handed) for (const model of made) model.dispose();
      }),
    );
  });
