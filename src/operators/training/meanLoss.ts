import type { LossSums } from '../../contracts/training/Checkpoint.js';
import type { StepResult } from '../../contracts/models/Trainable.js';

/**
 * How the mean loss of an epoch is computed.
 *
 * - `rows`: over all rows, weighted by class (Σ loss·weight / Σ weight), so that it does not depend on how the rows
 *   were put into batches;
 * - `batches`: over the losses of the batches, which all count the same, whatever their number of rows, as in the
 *   lesson.
 */
export type AveragedOver = 'rows' | 'batches';

/** A running mean of losses. */
export interface LossMean {
  /** The number of batches so far. */
  readonly batches: number;
  /** The mean; NaN without batches. */
  readonly mean: number;
  /** The sums behind the mean. `meanLoss` can continue from them. */
  readonly sums: LossSums;
  /** The mean with one more batch. */
  add(step: StepResult): LossMean;
}

const meanOf = (over: AveragedOver, batches: number, sum: number, weights: number): LossMean => ({
  batches,
  mean: sum / weights,
  sums: { batches, sum, weights },
  add: ({ loss, weight }) => {
    const share = over === 'rows' ? weight : 1;
    return meanOf(over, batches + 1, sum + loss * share, weights + share);
  },
});

/**
 * The mean of no batches. Immutable: `add` returns a new one.
 *
 * @param from the sums to continue from; default: none
 */
export const meanLoss = (over: AveragedOver, from: LossSums = { batches: 0, sum: 0, weights: 0 }): LossMean =>
  meanOf(over, from.batches, from.sum, from.weights);
