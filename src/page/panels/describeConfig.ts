import type { ConfigView, LessonView, LinearView, WideGruView } from '../../contracts/training/TrainingView.js';
import { formatCount, formatScore } from '../elements/format.js';

type Fact = readonly [name: string, value: string];

const ofLesson = ({
  cell,
  bidirectional,
  vocabularySize,
  embeddingDim,
  hiddenDim,
  fcDim,
  dropout,
}: LessonView): readonly Fact[] => [
  ['Encoder', `${bidirectional ? 'bidirectional ' : ''}${cell.toUpperCase()}`],
  ['Vocabulary', `${formatCount(vocabularySize)} tokens`],
  ['Embedding', formatCount(embeddingDim)],
  ['Hidden state', formatCount(hiddenDim)],
  ['Head', `${formatCount(fcDim)} features`],
  ['Dropout', formatScore(dropout)],
];

const ofLinear = ({ optimizer, columns, dropout }: LinearView): readonly Fact[] => [
  ['Encoder', 'words, pairs and n-grams of characters'],
  ['Columns', formatCount(columns)],
  ['Head', 'linear'],
  ['Optimizer', optimizer === 'sgd' ? 'SGD' : 'Adagrad'],
  ['Dropout', formatScore(dropout)],
];

const ofWideGru = ({
  vocabularySize,
  embeddingDim,
  hiddenDim,
  vectors,
  columns,
  dropout,
  members,
  pooling,
}: WideGruView): readonly Fact[] => [
  ...(members === undefined ? [] : ([['Networks', `${formatCount(members)}, averaged`]] as const)),
  ['Encoder', `bidirectional GRU${vectors ? ' on word vectors' : ''}`],
  ['Vocabulary', `${formatCount(vocabularySize)} tokens`],
  ['Embedding', formatCount(embeddingDim)],
  ['Hidden state', formatCount(hiddenDim)],
  ...(pooling === undefined ? [] : ([['Pooling', 'largest values and attention']] as const)),
  ['Linear part', columns === 0 ? 'none' : `${formatCount(columns)} columns`],
  ['Dropout', formatScore(dropout)],
];

const ofArchitecture = (config: ConfigView): readonly Fact[] => {
  if (!('architecture' in config)) return ofLesson(config);
  switch (config.architecture) {
    case 'linear':
      return ofLinear(config);
    case 'wide-gru':
      return ofWideGru(config);
    case 'sum':
      return [
        ...ofWideGru(config.network).filter(([name]) => name !== 'Linear part'),
        ['Linear part', `trained apart, ${formatCount(config.linear.columns)} columns`],
      ];
  }
};

/** The structure of a model, as names and values. */
export const describeConfig = (config: ConfigView): readonly Fact[] => [
  ...ofArchitecture(config),
  ['Classes', formatCount(config.classes)],
];
