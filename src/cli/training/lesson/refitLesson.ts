import type { Observable } from 'rxjs';
import type { BatchSource } from '../../../contracts/training/BatchSource.js';
import type { EpochRecord } from '../../../contracts/training/TrainingRecord.js';
import type { TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { RateSchedule } from '../../../contracts/models/RateSchedule.js';
import type { Classifier } from '../../../models/classifier.js';
import type { DeferredClassifier } from '../../../models/deferredClassifier.js';
import type { FitOptions } from '../../../operators/training/fit.js';
import { fitLesson } from './trainLesson.js';
import { recipeOf, scheduleOf } from '../options/recipe.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** A schedule with the learning rates of earlier epochs, for a training with the same number of epochs. */
const asBefore =
  (epochs: readonly EpochRecord[], rate: number): RateSchedule =>
  (progress) => {
    // Because of rounding, the first batch of an epoch can have a slightly smaller progress.
    const epoch = epochs[Math.min(epochs.length - 1, Math.floor(progress * epochs.length + 1e-9))];
    return (epoch?.learningRate ?? rate) / rate;
  };

/** The epochs up to the one whose weights were kept. */
export const keptEpochs = (epochs: readonly EpochRecord[], keep: 'best' | 'last' = 'best'): readonly EpochRecord[] =>
  epochs.slice(0, keep === 'last' ? epochs.length : 1 + epochs.findLastIndex(({ improved }) => improved));

/**
 * Trains a lesson classifier on all rows, for as many epochs as the first training needed for its kept weights. It uses
 * one cycle of the learning rate, or the rates of those epochs.
 *
 * @param source all rows, as train rows
 * @param epochs the epochs of the first training up to its kept weights
 */
export const refitLesson = (
  model: Classifier | DeferredClassifier,
  source: BatchSource,
  epochs: readonly EpochRecord[],
  options: TrainingOptions,
  trainRows: number,
  checkpoints: Pick<FitOptions, 'checkpointEvery' | 'from'>,
): Observable<TrainingEvent> => {
  const recipe = recipeOf(options, trainRows);
  return fitLesson(
    model,
    source,
    {
      epochs: Math.max(1, epochs.length),
      learningRate: recipe.lr,
      schedule: scheduleOf(recipe) ?? asBefore(epochs, recipe.lr),
      keep: 'last',
      clipNorm: options.clipNorm,
      steps: [],
    },
    checkpoints,
  );
};
