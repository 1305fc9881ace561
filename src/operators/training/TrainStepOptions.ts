import type { StepContext } from '../../contracts/models/Trainable.js';
import type { ThroughModelOptions } from './internal/throughModel.js';

/** The settings of all steps of one epoch. */
export interface TrainStepOptions extends Omit<StepContext, 'step' | 'learningRate'>, ThroughModelOptions {
  /**
   * The step size of the optimizer, finite and at least 0. A function returns it for each step, from the number of rows
   * before the step's batch in this subscription.
   */
  readonly learningRate: number | ((rowsBefore: number) => number);
  /**
   * The number of the first step, at least 0. To resume an epoch, give the number of steps that it already had. Default
   * 0.
   */
  readonly firstStep?: number | undefined;
}
