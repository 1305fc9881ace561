import { LESSON_STEPS } from '../../../text/TextSteps.js';
import type { Split } from '../../../operators/rows/prepare.js';
import type { ClassifierConfig } from '../../../models/ClassifierConfig.js';
import type { SelectedBackend } from '../../../ops/backends/selectBackend.js';
import type { Hyperparameters } from '../../../sinks/tensorboard/boardEvent.js';
import type { ArchitectureName } from './ArchitectureName.js';
import { BATCH_SIZE, type Recipe } from './recipe.js';
import type { TrainingOptions } from './trainingOptions.js';

/** The options in which any two trainings can differ. */
const common = (
  data: string,
  options: TrainingOptions,
  { tokenizer, labelEncoder, text = LESSON_STEPS }: Split,
  { name: backend }: SelectedBackend,
): Hyperparameters => ({
  data,
  backend,
  seed: options.seed,
  text: options.text,
  'stop-words': options.stopWords ?? (typeof text.stopWords === 'string' ? text.stopWords : 'a list'),
  'keep-case': text.keepCase,
  'char-level': text.charLevel,
  'min-token-frequency': options.minTokenFrequency,
  vocabulary: tokenizer.size,
  classes: labelEncoder.size,
  ...(options.warmStart === undefined ? {} : { 'warm-start': options.warmStart }),
  ...(options.clipNorm === undefined ? {} : { 'clip-norm': options.clipNorm }),
});

/** The options in which two trainings of the lesson can differ, by name, and the values that follow from the data. */
export const lessonHyperparameters = (
  data: string,
  options: TrainingOptions & Recipe,
  config: ClassifierConfig,
  split: Split,
  backend: SelectedBackend,
): Hyperparameters => ({
  ...common(data, options, split, backend),
  cell: config.cell,
  bidirectional: config.bidirectional,
  'embedding-dim': config.embeddingDim,
  'hidden-dim': config.hiddenDim,
  'fc-dim': config.fcDim,
  dropout: config.dropout,
  'over-padding': config.overPadding,
  epochs: options.epochs,
  'batch-size': options.batchSize ?? BATCH_SIZE,
  lr: options.lr,
  schedule: options.schedule,
  'embedding-spread': options.embeddingSpread,
  patience: options.patience ?? 10,
  'num-tokens': options.numTokens,
});

/** The options in which two trainings with model selection can differ. */
export const choiceHyperparameters = (
  data: string,
  options: TrainingOptions,
  architecture: ArchitectureName,
  split: Split,
  backend: SelectedBackend,
): Hyperparameters => ({
  ...common(data, options, split, backend),
  architecture,
  vectors: options.vectors ?? 'found',
  'class-weights': options.classWeights ?? 'none',
  ...(options.pooling === undefined ? {} : { pooling: options.pooling }),
  ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
  ...(options.batchSize === undefined ? {} : { 'batch-size': options.batchSize }),
  ...(options.lr === undefined ? {} : { lr: options.lr }),
});
