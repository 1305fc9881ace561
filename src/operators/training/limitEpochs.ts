import type { TrainingStep } from '../../contracts/training/TrainingState.js';
import { checkWhole } from '../../contracts/checkOption.js';

/**
 * The training step that ends a training after so many epochs, with reason `epochs`. `fit` makes it last, from its
 * option `epochs`.
 *
 * A reason that another step gave in the same epoch stands.
 *
 * @param epochs the most epochs, a whole number of at least 1
 * @throws HeadwaterError `HW_USAGE` for a number that is none
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
