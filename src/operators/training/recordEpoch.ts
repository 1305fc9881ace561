import type { TrainingStep } from '../../contracts/training/TrainingState.js';

/**
 * Counts an epoch and remembers it if its validation loss is the lowest so far: the training step that `fit` makes
 * before all others.
 *
 * Lower means strictly lower, so the first of equals stays the best, and a loss that is not a number is never the best.
 * An epoch that the state already holds is not counted twice; a step that builds on the record can therefore make it
 * itself, and then works in `fit` and alone in `scan`.
 *
 * @see recordEpochBy for another figure than the loss
 *
 * @example
 * ```ts
 * import { initialTrainingState, recordEpoch } from 'headwater';
 * const state = recordEpoch(initialTrainingState(), { epoch: 1, trainLoss: 1.4, validationLoss: 1.2 });
 * state.best; // { epoch: 1, loss: 1.2 }
 * ```
 */
export const recordEpoch: TrainingStep = (state, { epoch, validationLoss }) =>
  state.epoch >= epoch
    ? state
    : { ...state, epoch, best: validationLoss < state.best.loss ? { epoch, loss: validationLoss } : state.best };
