import { checkArgument } from '../contracts/checkArgument.js';
import type { Observable } from 'rxjs';
import type { Checkpoint } from '../contracts/training/Checkpoint.js';
import type { DivergedModel } from './DivergedModel.js';
import type { Valve } from '../contracts/flow/Valve.js';

/** What all ways of training a model on a split have in common. */
export interface ModelTrainingOptions {
  /** Decides the weights that models start from, and what their dropout drops: any whole number. Default: the split's. */
  readonly seed?: number | undefined;
  /** The valve of the rows' source. Default: none. */
  readonly valve?: Valve | undefined;
  /** How much the rows of each class count. Default `none`: each row as much as another. */
  readonly classWeights?: ClassWeighting | undefined;
  /** The norm that the gradients are clipped to, as `fit` has it. Default: none; a recurrent model has a limit of its own. */
  readonly clipNorm?: number | undefined;
  /**
   * Told of a model whose training ends with a loss that is no number, before the error comes: whoever wants its weights
   * takes them here. Default: nobody.
   */
  readonly diverged?: { next(model: DivergedModel): void } | undefined;
  /** The most bytes of encoded rows that are kept in memory; of more, each epoch reads them again. Default 128 MiB. */
  readonly keepBytes?: number | undefined;
  /** When checkpoints are taken, as `fit` has it. Default: never. */
  readonly checkpointEvery?: number | Observable<unknown> | undefined;
  /**
   * The checkpoint to go on from. It names its model; those that are trained before it are trained again, to the same
   * bits. Default: none.
   */
  readonly from?: Checkpoint | undefined;
}

/** What `fit` is told of checkpoints for the model of that name. */
export const checkpointsOf = (
  name: string,
  { checkpointEvery, from }: ModelTrainingOptions,
): Pick<ModelTrainingOptions, 'checkpointEvery' | 'from'> => ({
  checkpointEvery,
  from: from?.model === name ? from : undefined,
});

/**
 * How much the rows of a class count in the loss: all the same, inversely as many as there are of it, or as the root of
 * that.
 */
export type ClassWeighting = 'none' | 'balanced' | 'sqrt';

/** The bytes of encoded rows that are kept where nothing is said. */
export const KEEP_BYTES = 128 * 2 ** 20;

/**
 * The weight of each class in the loss, shape [C], so that a row counts 1 on average; undefined where all count the same.
 *
 * @param counts the train rows of each class
 */
export const weightsOfClasses = (weighting: ClassWeighting, counts: Int32Array): Float32Array | undefined => {
  checkArgument('weightsOfClasses', 'counts', counts, 'the numbers of rows by class', ['length']);

  if (weighting === 'none') return undefined;
  const power = weighting === 'balanced' ? 1 : 0.5;
  const raw = Array.from(counts, (rows) => (rows === 0 ? 0 : rows ** -power));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const sum = raw.reduce((total, weight, c) => total + weight * counts[c]!, 0);
  return Float32Array.from(raw, (weight) => (weight * rows) / sum);
};
