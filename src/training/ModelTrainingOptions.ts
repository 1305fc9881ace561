import { checkTypes } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import type { Observable } from 'rxjs';
import type { Checkpoint } from '../contracts/training/Checkpoint.js';
import type { WarmStartModel } from '../models/warmStart.js';
import type { DivergedModel } from './DivergedModel.js';
import type { Valve } from '../contracts/flow/Valve.js';

/** The common options of all functions that train a model on a split. */
export interface ModelTrainingOptions {
  /** The seed of the models' initial weights and dropout: any whole number. Default: the split's seed. */
  readonly seed?: number | undefined;
  /** The valve of the rows' source. Default: none. */
  readonly valve?: Valve | undefined;
  /** The weighting of the classes in the loss. Default `none`: all rows count the same. */
  readonly classWeights?: ClassWeighting | undefined;
  /** The norm to which gradients are clipped, as in `fit`. Default: none; a recurrent model has its own limit. */
  readonly clipNorm?: number | undefined;
  /**
   * Receives a model whose training ends with a loss that is not a number, before the error is sent. It can read the
   * model's weights here. Default: none.
   */
  readonly diverged?: { next(model: DivergedModel): void } | undefined;
  /**
   * The largest size in bytes of encoded rows kept in memory. Larger sides are read again in each epoch. Default 128
   * MiB.
   */
  readonly keepBytes?: number | undefined;
  /** When to take checkpoints, as in `fit`. Default: never. */
  readonly checkpointEvery?: number | Observable<unknown> | undefined;
  /**
   * The checkpoint to continue from. It names its model. Models that come before it are trained again, with the same
   * bits as result. Default: none.
   */
  readonly from?: Checkpoint | undefined;
  /**
   * An older model from whose weights a recurrent model starts, as by `warmStart`. Its network must have the same sizes
   * and word vectors. A linear model does not need it, because its loss has a single minimum. The rows of its training
   * should be train rows of the split; otherwise the scores are too high. Default: none; the seed decides the initial
   * weights.
   */
  readonly warmStart?: WarmStartModel | undefined;
}

/**
 * Checks the types of the common options.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkTraining = (call: string, options: ModelTrainingOptions): void => {
  checkTypes(call, options, {
    seed: 'number',
    classWeights: ['none', 'balanced', 'sqrt'],
    clipNorm: 'number',
    keepBytes: 'number',
  });
  const { warmStart } = options;
  if (warmStart === undefined) return;
  const wanted = 'an older model: its weights, tokenizer and labelEncoder';
  checkArgument(call, 'warmStart', warmStart, wanted, ['weights', 'tokenizer', 'labelEncoder']);
};

/** The checkpoint options of `fit` for the model with that name. */
export const checkpointsOf = (
  name: string,
  { checkpointEvery, from }: ModelTrainingOptions,
): Pick<ModelTrainingOptions, 'checkpointEvery' | 'from'> => ({
  checkpointEvery,
  from: from?.model === name ? from : undefined,
});

/**
 * The weight of a class's rows in the loss: equal, inversely proportional to the number of its rows, or inversely
 * proportional to the square root of that number.
 */
export type ClassWeighting = 'none' | 'balanced' | 'sqrt';

/** The default size in bytes of encoded rows kept in memory. */
export const KEEP_BYTES = 128 * 2 ** 20;

/**
 * The weight of each class in the loss, shape [C], with a mean of 1 per row; undefined where all count the same.
 *
 * @param counts the number of train rows of each class
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { weightsOfClasses } from 'headwater';
 * weightsOfClasses('balanced', Int32Array.of(30, 10)); // Float32Array [0.666…, 2]
 * weightsOfClasses('none', Int32Array.of(30, 10)); // undefined
 * ```
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
