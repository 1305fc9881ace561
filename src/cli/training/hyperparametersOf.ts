import type { ClassifierConfig } from '../../models/ClassifierConfig.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import type { Hyperparameters } from '../../sinks/tensorboard/boardEvent.js';
import type { Recipe } from './recipe.js';
import type { TrainingOptions } from './trainingOptions.js';

/** What two trainings may differ in, by the names of the options; and what followed from the data. */
export const hyperparametersOf = (
  data: string,
  options: TrainingOptions & Recipe,
  config: ClassifierConfig,
  { name: backend }: SelectedBackend,
): Hyperparameters => ({
  data,
  backend,
  cell: config.cell,
  bidirectional: config.bidirectional,
  'embedding-dim': config.embeddingDim,
  'hidden-dim': config.hiddenDim,
  'fc-dim': config.fcDim,
  dropout: config.dropout,
  'over-padding': config.overPadding,
  epochs: options.epochs,
  'batch-size': options.batchSize,
  lr: options.lr,
  schedule: options.schedule,
  'embedding-spread': options.embeddingSpread,
  patience: options.patience,
  seed: options.seed,
  'num-tokens': options.numTokens,
  text: options.text,
  'stop-words': options.stopWords ?? (options.text === 'lesson' ? 'english' : 'none'),
  'keep-case': options.keepCase ?? false,
  'char-level': options.charLevel ?? false,
  'min-token-frequency': options.minTokenFrequency,
  vocabulary: config.vocabularySize,
  classes: config.classes,
});
