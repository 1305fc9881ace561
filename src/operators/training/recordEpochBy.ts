import { checkChoice } from '../../contracts/checkOption.js';
import type { EpochResult, Monitor, TrainingStep } from '../../contracts/training/TrainingState.js';
import { recordEpoch } from './recordEpoch.js';

const scoreOf = (monitor: Exclude<Monitor, 'loss'>, result: EpochResult): number =>
  (monitor === 'accuracy' ? result.validationAccuracy : result.validationMacroF1) ?? NaN;

/**
 * Makes the training step that counts an epoch, and records it as the best if a validation figure is the best so far:
 * the loss, as in `recordEpoch`, the macro F1 or the accuracy.
 *
 * A higher score is better. Of equal scores the one with the lower loss is better, because few validation rows give
 * many equal scores. A score or a loss that is not a number is never the best.
 *
 * @throws HeadwaterError `HW_USAGE` for an unknown figure
 *
 * @example
 * ```ts
 * import { initialTrainingState, recordEpochBy } from 'headwater';
 * const first = { epoch: 1, trainLoss: 1.4, validationLoss: 1.2, validationMacroF1: 0.7 };
 * recordEpochBy('macro-f1')(initialTrainingState(), first).best; // { epoch: 1, loss: 1.2, score: 0.7 }
 * ```
 */
export const recordEpochBy = (monitor: Monitor): TrainingStep => {
  checkChoice('recordEpochBy', 'monitor', monitor, ['loss', 'macro-f1', 'accuracy']);
  if (monitor === 'loss') return recordEpoch;
  return (state, result) => {
    const { epoch, validationLoss: loss } = result;
    if (state.epoch >= epoch) return state;
    const score = scoreOf(monitor, result);
    const { score: most = -Infinity, loss: least } = state.best;
    const isBest = !Number.isNaN(loss) && (score > most || (score === most && loss < least));
    return { ...state, epoch, best: isBest ? { epoch, loss, score } : state.best };
  };
};
