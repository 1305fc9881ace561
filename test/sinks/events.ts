import type {
  EpochStarted,
  StepEnded,
  TrainingEnded,
  TrainingStarted,
  ValidationStepEnded,
} from '../../src/contracts/training/TrainingEvent.js';
import type { EpochEnded } from '../../src/contracts/training/EpochEnded.js';
import type { TrainingState } from '../../src/contracts/training/TrainingState.js';

export const state = (epoch: number): TrainingState => ({
  epoch,
  learningRate: 1e-3,
  best: { epoch, loss: 0.9 },
  patience: Infinity,
  plateau: { best: 0.9, badEpochs: 0, cooldown: 0 },
  stop: undefined,
});

export const started = (model = 'gru', train = 80, validation = 20): TrainingStarted => ({
  type: 'training-started',
  model,
  epochs: 8,
  rows: { train, validation, test: 20 },
});

export const epochStarted = (epoch: number, model = 'gru'): EpochStarted => ({
  type: 'epoch-started',
  model,
  epoch,
  learningRate: 1e-3,
});

export const step = (epoch: number, n: number, rows = 20, model = 'gru', loss = 0.5): StepEnded => ({
  type: 'step',
  model,
  epoch,
  step: n,
  rows,
  loss,
  weight: rows,
});

export const validationStep = (epoch: number, rows = 20, model = 'gru'): ValidationStepEnded => ({
  type: 'validation-step',
  model,
  epoch,
  rows,
});

export const epochEnded = (epoch: number, improved: boolean, model = 'gru'): EpochEnded => ({
  type: 'epoch',
  model,
  epoch,
  trainLoss: 0.8123,
  validationLoss: 0.9009,
  validationAccuracy: 0.625,
  validationMacroF1: 0.5,
  learningRate: 1e-3,
  improved,
  state: state(epoch),
});

export const ended = (model = 'gru', reason: 'patience' | 'epochs' = 'epochs'): TrainingEnded => ({
  type: 'training-ended',
  model,
  reason,
  bestEpoch: 4,
  bestLoss: 0.9009,
  state: state(6),
});
