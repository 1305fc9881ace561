import type { TrainingStep } from '../../contracts/training/TrainingState.js';

/**
 * The training step that `fit` applies before all others. It counts an epoch, and records it as the best if its
 * validation loss is the lowest so far.
 *
 * Lower means strictly lower, so the first of equal losses stays the best. A loss that is not a number is never the
 * best. An epoch that the state already has is not counted twice. So a step that needs the record can apply
 * `recordEpoch` itself, and works both in `fit` and alone in `scan`.
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
