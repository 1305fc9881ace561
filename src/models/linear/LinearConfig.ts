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
    /** What tells it from other architectures. */
    architecture: t.literal('linear'),
    /** The number of classes, C. */
    classes: wholeNumber(2),
    /** The number of columns of the hashed features, F. */
    columns: wholeNumber(1),
    /** How the weights are moved: by plain steps with an L2 penalty, or by Adagrad. */
    optimizer,
    /**
     * How little the weights are held back: the inverse strength of the L2 penalty, as scikit-learn's `C`. Of use with
     * `sgd` alone.
     */
    inverseRegularization: positive,
    /** The share of a row's features that is dropped in training. */
    dropout: share,
    /** What logits are divided by for probabilities, as validation rows have shown it; training does not know it. */
    temperature: positive,
  }),
);

/** What a linear classifier is made of. */
export type LinearConfig = t.TypeOf<typeof LinearConfig>;

/** The choices that {@link linearConfig} completes. */
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
 * @throws HeadwaterError `HW_USAGE` when a value cannot work
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
