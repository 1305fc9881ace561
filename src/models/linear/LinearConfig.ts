import { checkArgument } from '../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { completed } from '../internal/completed.js';
import { guarded, positive, share, wholeNumber } from '../internal/guarded.js';

const optimizer = guarded(
  '"sgd" or "adagrad"',
  (value): value is 'sgd' | 'adagrad' => value === 'sgd' || value === 'adagrad',
);
/** The codec of a linear classifier's configuration. */
export const LinearConfig = t.readonly(
  t.strict({
    /** Distinguishes it from other architectures. */
    architecture: t.literal('linear'),
    /** The number of classes, C. */
    classes: wholeNumber(2),
    /** The number of columns of the hashed features, F. */
    columns: wholeNumber(1),
    /** How the weights are updated: by plain SGD steps with an L2 penalty, or by Adagrad. */
    optimizer,
    /**
     * The inverse strength of the L2 penalty, as scikit-learn's `C`: the larger it is, the weaker the penalty. Used
     * with `sgd` alone.
     */
    inverseRegularization: positive,
    /** The share of a row's features that is dropped in training. */
    dropout: share,
    /** The temperature that divides the logits before softmax, fitted on validation rows; not used in training. */
    temperature: positive,
  }),
);

/** The configuration of a linear classifier. */
export type LinearConfig = t.TypeOf<typeof LinearConfig>;

/** The options that {@link linearConfig} completes. */
export interface LinearOptions {
  /** The number of classes: `labelEncoder.size`. */
  readonly classes: number;
  /** The number of columns of the features: `features.columns`. */
  readonly columns: number;
  /** Default `sgd`. */
  readonly optimizer?: LinearConfig['optimizer'] | undefined;
  /** Default 30. */
  readonly inverseRegularization?: number | undefined;
  /** Default 0 with `sgd`, 0.5 with `adagrad`. */
  readonly dropout?: number | undefined;
  /** Default 1. */
  readonly temperature?: number | undefined;
}

/**
 * Completes the configuration of a linear classifier, and checks it.
 *
 * @throws HeadwaterError `HW_USAGE` when a value is invalid
 *
 * @example
 * ```ts
 * import { linearConfig } from 'headwater';
 * linearConfig({ classes: 4, columns: 2 ** 20 }).optimizer; // 'sgd'
 * ```
 */
export const linearConfig = (options: LinearOptions): LinearConfig => {
  checkArgument('linearConfig', 'options', options, 'an object such as { classes: 4, columns: 1000 }');

  const { classes, columns, optimizer: by = 'sgd', inverseRegularization = 30 } = options;
  const { dropout = by === 'sgd' ? 0 : 0.5, temperature = 1 } = options;
  return completed(LinearConfig, 'A linear classifier', {
    architecture: 'linear',
    classes,
    columns,
    optimizer: by,
    inverseRegularization,
    dropout,
    temperature,
  });
};
