import type { EpochEnded } from '../../../contracts/training/EpochEnded.js';
import type { EpochRecord } from '../../../contracts/training/TrainingRecord.js';

/** JSON has no NaN. */
export const orNull = (measured: number): number | null => (Number.isFinite(measured) ? measured : null);

/** The record of an epoch in `training.json`. */
export const epochRecord = ({
  epoch,
  trainLoss,
  validationLoss,
  validationAccuracy,
  validationMacroF1,
  learningRate,
  improved,
}: EpochEnded): EpochRecord => ({
  epoch,
  trainLoss: orNull(trainLoss),
  validationLoss: orNull(validationLoss),
  validationAccuracy: orNull(validationAccuracy),
  validationMacroF1: orNull(validationMacroF1),
  learningRate,
  improved,
});
