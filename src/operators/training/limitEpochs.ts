import type { TrainingStep } from '../../contracts/training/TrainingState.js';
import { checkWhole } from '../../contracts/checkOption.js';

/**
 * The training step that ends a training after a number of epochs, with reason `epochs`. `fit` applies it last, from
 * its option `epochs`.
 *
 * If another step gave a reason in the same epoch, that reason is kept.
 *
 * @param epochs the most epochs, a whole number of at least 1
 * @throws HeadwaterError `HW_USAGE` for an invalid number
 *
 * @example
 * ```ts
 * import { initialTrainingState, limitEpochs } from 'headwater';
 * limitEpochs(1)(initialTrainingState(), { epoch: 1, trainLoss: 1, validationLoss: 1 }).stop; // 'epochs'
 * ```
 */
export const limitEpochs = (epochs: number): TrainingStep => {
  checkWhole('limitEpochs', 'epochs', epochs, 1);
  return (state, { epoch }) => (epoch >= epochs && state.stop === undefined ? { ...state, stop: 'epochs' } : state);
};
