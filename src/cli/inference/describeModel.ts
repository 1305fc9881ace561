import { isLessonConfig, type ModelConfig } from '../../models/artifacts/ModelConfig.js';
import type { TrainingRecord } from '../../contracts/training/TrainingRecord.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';

/** A name and its value. */
type Fact = readonly [name: string, value: string];

const number = (value: number): string => value.toLocaleString('en-US');

/** The kind of the model in words. */
const kindOf = (config: ModelConfig): string => {
  if (isLessonConfig(config)) return `${config.bidirectional ? 'bidirectional ' : ''}${config.cell.toUpperCase()}`;
  switch (config.architecture) {
    case 'linear':
      return `linear, trained by ${config.optimizer === 'sgd' ? 'SGD' : 'Adagrad'}`;
    case 'wide-gru':
      return (
        `${config.members === undefined ? '' : `mean of ${config.members} networks: `}bidirectional ` +
        `GRU${config.vectors ? ' on word vectors' : ''}${config.pooling === 'attention' ? ' with attention' : ''}` +
        (config.columns > 0 ? ' with a linear part' : '')
      );
    case 'sum':
      return `${kindOf(config.network)}, and a linear model added`;
  }
};

/** The sizes of the model in words. */
const sizesOf = (config: ModelConfig): string => {
  if (isLessonConfig(config))
    return (
      `embedding ${config.embeddingDim}, hidden ${config.hiddenDim}, fc ${config.fcDim}, ` +
      `dropout ${config.dropout}${config.overPadding ? ', over the padding' : ''}`
    );
  switch (config.architecture) {
    case 'linear':
      return `columns ${number(config.columns)}, dropout ${config.dropout}`;
    case 'sum':
      return (
        `${sizesOf(config.network)}; ${sizesOf(config.linear)}; weights ` +
        `${config.networkWeight.toFixed(2)} and ${config.linearWeight.toFixed(2)}`
      );
    case 'wide-gru':
      return (
        `embedding ${config.embeddingDim}, hidden ${config.hiddenDim}, ` +
        `${config.columns > 0 ? `columns ${number(config.columns)}, ` : ''}dropout ${config.dropout}`
      );
  }
};

const WEIGHTS = { none: 'none', balanced: 'balanced', sqrt: 'by the root of the number of rows' };

/** How the model was selected and trained, in words. */
const ofTraining = (config: ModelConfig, training: TrainingRecord | undefined): readonly Fact[] => {
  const { choice, classWeights, refittedOn, warmStart, search, crossValidation, temperature } = training ?? {};
  const fitted = isLessonConfig(config) ? temperature : config.architecture === 'sum' ? undefined : config.temperature;
  return [
    ...(choice === undefined ? [] : ([['chosen', choice.why]] as const)),
    ...(classWeights === undefined ? [] : ([['class weights', WEIGHTS[classWeights]]] as const)),
    ...(fitted === undefined ? [] : ([['temperature', fitted.toFixed(3)]] as const)),
    ...(refittedOn === undefined
      ? []
      : ([['refit', `on all ${number(refittedOn)} rows; the scores are those of the model before`]] as const)),
    ...(warmStart === undefined ? [] : ([['warm start', `from the weights of the model ${warmStart}`]] as const)),
    ...(search === undefined
      ? []
      : ([
          ['search', `${search.trials[search.chosen]?.setting ?? ''} (best of ${search.trials.length} settings)`],
        ] as const)),
    ...(crossValidation === undefined
      ? []
      : ([
          [
            'cross-validation',
            `F1 ${crossValidation.f1.mean.toFixed(4)} ± ${crossValidation.f1.spread.toFixed(4)} ` +
              `over ${crossValidation.folds.length} folds`,
          ],
        ] as const)),
  ];
};

/** Table rows that describe the structure of a model. */
export const describeModel = (
  { config, features, vectors, training, seen }: Artifacts,
  parameters: number,
): readonly Fact[] => [
  ['model', `${kindOf(config)}, ${number(parameters)} parameters`],
  ['sizes', sizesOf(config)],
  ...(features === undefined
    ? []
    : ([
        [
          'features',
          `words and pairs (weight ${features.wordWeight}) and n-grams of ` +
            `characters, of ${number(features.frequencies.documents)} texts`,
        ],
      ] as const)),
  ...(vectors === undefined
    ? []
    : ([
        [
          'vectors',
          `${number(vectors.size)} words of ${number(vectors.dims)} ` +
            `numbers${vectors.sha256 === undefined ? '' : `, SHA-256 ${vectors.sha256.slice(0, 16)}…`}`,
        ],
      ] as const)),
  ...(seen === undefined ? [] : ([['seen', `hashes of the ${number(seen.size)} texts of its training`]] as const)),
  ...ofTraining(config, training),
];
