import type { TrainingStep } from '../../contracts/training/TrainingState.js';
import { checkChoice, checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';

/**
 * When the learning rate is reduced, and by how much. The names and defaults are those of PyTorch, except the patience,
 * which is the lesson's.
 */
export interface ReduceLrOnPlateauOptions {
  /** The factor of the learning rate; at least 0, below 1. Default 0.1. */
  readonly factor?: number | undefined;
  /**
   * The number of epochs without progress that are allowed. The next one reduces the learning rate. Default 3, as in
   * the lesson.
   */
  readonly patience?: number | undefined;
  /** How much lower than the best a loss must be to count as progress. Default 1e-4. */
  readonly threshold?: number | undefined;
  /** Whether `threshold` is a share of the best loss (`rel`) or a loss in nats (`abs`). Default `rel`. */
  readonly thresholdMode?: 'rel' | 'abs' | undefined;
  /** The number of epochs after a reduction that do not count as epochs without progress. Default 0. */
  readonly cooldown?: number | undefined;
  /** The lowest learning rate. Default 0. */
  readonly minLr?: number | undefined;
  /** A reduction by this much or less is not applied. Default 1e-8. */
  readonly eps?: number | undefined;
}

/**
 * The training step that reduces the learning rate when the validation loss has stopped falling.
 *
 * It is a pure function of the state: `state.plateau` holds the best loss, the number of epochs without progress and
 * the cooldown. A loss that is not a number is no progress.
 *
 * ```marbles
 * epochs:    -a-b-b-c-b-b-b|   with the validation losses a: 1.0, b: 0.8, c: 0.9
 *            reduceLrOnPlateau({ patience: 3 })
 * bad:       -0-0-1-2-3-0-1|   the `badEpochs` of the state's plateau: epochs without progress
 * rate:      -3-3-3-3-3-4-4|   the learning rate of the state;  3: 0.001;  4: 0.0001
 * ```
 *
 * Holds nothing: what it remembers is in the state.
 *
 * The algorithm is that of PyTorch's `torch.optim.lr_scheduler.ReduceLROnPlateau` with `mode="min"`, with the same
 * result to the last bit.
 *
 * @throws HeadwaterError `HW_USAGE` for an invalid option
 * @see earlyStopping which, as in the lesson, is applied after it
 *
 * @example
 * ```ts
 * import { initialTrainingState, reduceLrOnPlateau } from 'headwater';
 * const step = reduceLrOnPlateau({ factor: 0.5, patience: 0 });
 * const results = [1, 1].map((validationLoss, index) => ({ epoch: index + 1, trainLoss: 1, validationLoss }));
 * results.reduce(step, initialTrainingState({ learningRate: 1e-3 })).learningRate; // 5e-4
 * ```
 */
export const reduceLrOnPlateau = (options: ReduceLrOnPlateauOptions = {}): TrainingStep => {
  checkOptions('reduceLrOnPlateau', options, '{ factor: 0.1 }');
  const {
    factor = 0.1,
    patience = 3,
    threshold = 1e-4,
    thresholdMode = 'rel',
    cooldown = 0,
    minLr = 0,
    eps = 1e-8,
  } = options;
  checkNumber('reduceLrOnPlateau', 'factor', factor, { from: 0, below: 1 });
  checkWhole('reduceLrOnPlateau', 'patience', patience, 0);
  checkNumber('reduceLrOnPlateau', 'threshold', threshold, { from: 0 });
  checkChoice('reduceLrOnPlateau', 'thresholdMode', thresholdMode, ['rel', 'abs']);
  checkWhole('reduceLrOnPlateau', 'cooldown', cooldown, 0);
  checkNumber('reduceLrOnPlateau', 'minLr', minLr, { from: 0 });
  checkNumber('reduceLrOnPlateau', 'eps', eps, { from: 0 });

  const bar = (best: number): number => (thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);

  return (state, { validationLoss }) => {
    const { plateau } = state;
    const progress = validationLoss < bar(plateau.best);
    const best = progress ? validationLoss : plateau.best;
    const cooling = plateau.cooldown > 0;
    const badEpochs = progress || cooling ? 0 : plateau.badEpochs + 1;

    if (badEpochs <= patience) {
      return { ...state, plateau: { best, badEpochs, cooldown: cooling ? plateau.cooldown - 1 : 0 } };
    }
    const reduced = Math.max(state.learningRate * factor, minLr);
    return {
      ...state,
      // The count restarts even if the reduction is too small to be applied.
      learningRate: state.learningRate - reduced > eps ? reduced : state.learningRate,
      plateau: { best, badEpochs: 0, cooldown },
    };
  };
};
