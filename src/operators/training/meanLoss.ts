import type { LossSums } from '../../contracts/training/Checkpoint.js';
import type { StepResult } from '../../contracts/models/Trainable.js';

/**
 * What an epoch's loss is a mean over.
 *
 * - `rows`: all rows, each by its class weight (Σ loss·weight / Σ weight), so that it does not depend on how the rows
 *   were put into batches;
 * - `batches`: the losses of the batches, each counting the same however few rows it has, as the lesson takes it.
 */
export type AveragedOver = 'rows' | 'batches';

/** A mean of losses under way. */
export interface LossMean {
  /** The batches so far. */
  readonly batches: number;
  /** The mean over none is not a number. */
  readonly mean: number;
  /** What it is made of: `meanLoss` goes on from it. */
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
 * The mean over no batch yet. Immutable: `add` returns another.
 *
 * @param from the sums to go on from; default: none
 */
export const meanLoss = (over: AveragedOver, from: LossSums = { batches: 0, sum: 0, weights: 0 }): LossMean =>
  meanOf(over, from.batches, from.sum, from.weights);
