import type { TrainingStep } from '../../contracts/training/TrainingState.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { recordEpoch } from './recordEpoch.js';

/** How long a training may go on without improvement. */
export interface EarlyStoppingOptions {
  /**
   * The number of epochs in a row without a lower validation loss (or without a better figure, if `fit` has another
   * `monitor`) that ends the training. Default 10, as in the lesson.
   */
  readonly patience?: number | undefined;
}

/**
 * The training step that ends a training when its validation loss has not become lower for `patience` epochs in a row,
 * with reason `patience`.
 *
 * It is a pure function of the state: `state.patience` counts down to 0, and is reset after each epoch that is the best
 * so far. Best means strictly lower, so an equal loss counts down, and so does a loss that is not a number.
 *
 * ```marbles
 * epochs:    -a-b-c-d-e-f|   with the validation losses a: 1.0, b: 0.8, c: 0.9, d: 0.7, e: 0.7, f: 0.9
 *            earlyStopping({ patience: 2 })
 * patience:  -2-2-1-2-1-0|   the `patience` of the state; with 0, `stop` is 'patience'
 * ```
 *
 * Holds nothing: what it remembers is in the state.
 *
 * @throws HeadwaterError `HW_USAGE` for a patience that is not a whole number of at least 1; to train through all
 *   epochs, leave the step out
 * @see reduceLrOnPlateau which, as in the lesson, is applied before it
 *
 * @example
 * ```ts
 * import { earlyStopping, fit } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const impatient = fit(recordingModel(), { steps: [earlyStopping({ patience: 3 })] });
 * ```
 */
export const earlyStopping = (options: EarlyStoppingOptions = {}): TrainingStep => {
  checkOptions('earlyStopping', options, '{ patience: 5 }');
  const { patience = 10 } = options;
  checkWhole('earlyStopping', 'patience', patience, 1);
  return (before, result) => {
    const state = recordEpoch(before, result);
    // Before the first epoch the state's patience is Infinity, because it is not set.
    const left = state.best.epoch === result.epoch ? patience : Math.min(state.patience, patience) - 1;
    return { ...state, patience: left, stop: left <= 0 ? 'patience' : state.stop };
  };
};
