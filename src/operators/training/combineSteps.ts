import type { Monitor, TrainingStep } from '../../contracts/training/TrainingState.js';
import { recordEpochBy } from './recordEpochBy.js';

/**
 * Combines several training steps into one. It records the epoch first. Then each step receives the state that the step
 * before it returned.
 *
 * So every step finds `epoch` and `best` up to date: the epoch is the best so far if
 * `state.best.epoch === result.epoch`. `fit` applies this fold after each epoch. With `scan` it also works on losses
 * from other places.
 *
 * ```marbles
 * losses:    -a-b-c-c-|      a: 1.0;  b: 0.8;  c: 0.9
 *            scan(combineSteps([earlyStopping({ patience: 2 })]), initialTrainingState())
 * patience:  -2-2-1-0-|      stop is 'patience' in the last state
 * ```
 *
 * Holds nothing.
 *
 * @param steps the steps, in the order in which they are applied
 * @param monitor the validation figure that decides which epoch is the best. Default `loss`
 * @throws any error that a step throws
 *
 * @example
 * ```ts
 * import { combineSteps, earlyStopping, initialTrainingState, type TrainingStep } from 'headwater';
 * import { from, last, scan } from 'rxjs';
 *
 * // A step of one's own: the learning rate halves every third epoch.
 * const halve: TrainingStep = (state, { epoch }) =>
 *   epoch % 3 === 0 ? { ...state, learningRate: state.learningRate / 2 } : state;
 *
 * from([1.3, 1.1, 1.2])
 *   .pipe(
 *     scan(
 *       (state, validationLoss, index) =>
 *         combineSteps([halve, earlyStopping()])(state, { epoch: index + 1, trainLoss: 1, validationLoss }),
 *       initialTrainingState({ learningRate: 1e-3 }),
 *     ),
 *     last(),
 *   )
 *   .subscribe(({ learningRate, best, patience }) => console.log(learningRate, best.epoch, patience)); // 0.0005 2 9
 * ```
 */
export const combineSteps = (steps: readonly TrainingStep[], monitor: Monitor = 'loss'): TrainingStep => {
  const record = recordEpochBy(monitor);
  return (state, result) => steps.reduce((present, step) => step(present, result), record(state, result));
};
