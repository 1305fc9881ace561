import type { TrainModelOptions } from '../../../training/trainModel.js';
import type { Prepared } from './Prepared.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** The options of `trainModel` from the options of the command. */
export const modelOptions = (
  { architecture, backend, vectors, older, valve, checkpoints }: Prepared,
  options: TrainingOptions,
): TrainModelOptions => ({
  architecture: architecture === 'lesson' ? 'auto' : architecture,
  seed: options.seed,
  vectors: vectors?.vectors,
  coverage: vectors?.about.coverage,
  backend: backend.name === 'none' ? undefined : backend.name,
  classWeights: options.classWeights,
  clipNorm: options.clipNorm,
  epochs: options.epochs,
  batchSize: options.batchSize,
  learningRate: options.lr,
  keep: options.keep,
  monitor: options.monitor,
  hiddenDim: options.hiddenDim,
  embeddingDim: options.embeddingDim,
  dropout: options.dropout,
  seeds: options.seeds,
  pooling: options.pooling,
  joinValidation: options.joinValidation,
  linear: {
    wordWeights: options.wordWeight === undefined ? undefined : [options.wordWeight],
    optimizers: options.optimizer === undefined ? undefined : [options.optimizer],
    inverseRegularizations: options.inverseRegularization === undefined ? undefined : [options.inverseRegularization],
  },
  warmStart: older?.artifacts,
  valve,
  ...checkpoints.fit,
});
