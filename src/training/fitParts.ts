import { type Observable, of } from 'rxjs';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import type { Monitor } from '../contracts/training/TrainingState.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { LinearClassifier } from '../models/linear/linearClassifier.js';
import type { WideGru } from '../models/wide/WideGruSettings.js';
import { fit } from '../operators/training/fit.js';
import { linearRate, oneCycle } from '../ops/optimizers/rateSchedules.js';
import { checkpointsOf, type ModelTrainingOptions } from './ModelTrainingOptions.js';

/**
 * The initial learning rate of a linear model, which falls linearly to 0. SGD with few epochs starts a little higher.
 */
const linearRateOf = ({ config }: LinearClassifier, epochs: number): number =>
  config.optimizer === 'adagrad' ? 0.3 : epochs < 10 ? 1.5 : 1;

/** Trains a linear model for all epochs. Its rate falls to 0, so the last weights are the best. */
export const fitLinear = (
  model: LinearClassifier,
  source: BatchSource,
  epochs: number,
  options: ModelTrainingOptions,
): Observable<TrainingEvent> =>
  of(source).pipe(
    fit(model, {
      ...checkpointsOf(model.name, options),
      epochs,
      learningRate: linearRateOf(model, epochs),
      schedule: linearRate(),
      keep: 'last',
      clipNorm: options.clipNorm,
      steps: [],
    }),
  );

/** How a recurrent model is trained. */
export interface NetworkCourse {
  readonly epochs: number;
  readonly learningRate: number;
  readonly keep: 'best' | 'last' | undefined;
  readonly monitor?: Monitor | undefined;
}

/** Trains a recurrent model with one cycle of the learning rate. */
export const fitNetwork = (
  model: WideGru,
  source: BatchSource,
  course: NetworkCourse,
  options: ModelTrainingOptions,
): Observable<TrainingEvent> =>
  of(source).pipe(
    fit(model, {
      ...checkpointsOf(model.name, options),
      ...course,
      clipNorm: options.clipNorm,
      schedule: oneCycle(),
      steps: [],
    }),
  );
