import { checkNumber, checkOptions } from '../../contracts/checkOption.js';
import type { TrainingState } from '../../contracts/training/TrainingState.js';

/** Options of `initialTrainingState`. */
export interface InitialTrainingStateOptions {
  /** The learning rate of the first epoch. Default 1e-4, as in the lesson. */
  readonly learningRate?: number | undefined;
}

/**
 * The training state before the first epoch: nothing measured, nothing counted.
 *
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { initialTrainingState } from 'headwater';
 * initialTrainingState({ learningRate: 1e-3 }).best; // { epoch: 0, loss: Infinity }
 * ```
 */
export const initialTrainingState = (options: InitialTrainingStateOptions = {}): TrainingState => {
  checkOptions('initialTrainingState', options, '{ learningRate: 0.001 }');
  const { learningRate = 1e-4 } = options;
  checkNumber('initialTrainingState', 'learningRate', learningRate, { from: 0 });
  return {
    epoch: 0,
    learningRate,
    best: { epoch: 0, loss: Infinity },
    patience: Infinity,
    plateau: { best: Infinity, badEpochs: 0, cooldown: 0 },
    stop: undefined,
  };
};
