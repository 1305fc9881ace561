import { type Observable, of } from 'rxjs';
import type { BatchSource } from '../../../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { Classifier } from '../../../models/classifier.js';
import type { DeferredClassifier } from '../../../models/deferredClassifier.js';
import { earlyStopping } from '../../../operators/training/earlyStopping.js';
import { fit, type FitOptions } from '../../../operators/training/fit.js';
import { reduceLrOnPlateau } from '../../../operators/training/reduceLrOnPlateau.js';
import { PATIENCE, type Recipe, scheduleOf } from '../options/recipe.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** Trains a classifier; it resumes from a checkpoint if the checkpoint has the same model name. */
export const fitLesson = (
  model: Classifier | DeferredClassifier,
  source: BatchSource,
  how: Omit<FitOptions, 'checkpointEvery' | 'from'>,
  { checkpointEvery, from }: Pick<FitOptions, 'checkpointEvery' | 'from'>,
): Observable<TrainingEvent> =>
  of(source).pipe(fit(model, { checkpointEvery, from: from?.model === model.name ? from : undefined, ...how }));

/** Trains the lesson's classifier with its recipe; the options contain what the recipe leaves open. */
export const trainLesson = (
  model: Classifier | DeferredClassifier,
  source: BatchSource,
  recipe: Recipe,
  options: TrainingOptions,
  checkpoints: Pick<FitOptions, 'checkpointEvery' | 'from'> = {},
): Observable<TrainingEvent> =>
  fitLesson(
    model,
    source,
    {
      epochs: recipe.epochs,
      learningRate: recipe.lr,
      schedule: scheduleOf(recipe),
      keep: options.keep,
      monitor: options.monitor,
      clipNorm: options.clipNorm,
      steps:
        recipe.schedule === 'plateau'
          ? [reduceLrOnPlateau(), earlyStopping({ patience: options.patience ?? PATIENCE })]
          : [],
    },
    checkpoints,
  );
