import { checkArgument } from '../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { completed } from '../internal/completed.js';
import { guarded, wholeNumber } from '../internal/guarded.js';
import { LinearConfig } from '../linear/LinearConfig.js';
import { WideGruConfig } from '../wide/WideGruConfig.js';

const finiteNumber = guarded(
  'a finite number',
  (value): value is number => typeof value === 'number' && Number.isFinite(value),
);

/** The codec of a sum's configuration. */
export const SumConfig = t.readonly(
  t.strict({
    /** Distinguishes it from other architectures. */
    architecture: t.literal('sum'),
    /** The number of classes, C. */
    classes: wholeNumber(2),
    /** The recurrent model. */
    network: WideGruConfig,
    /** The linear model. */
    linear: LinearConfig,
    /** The factor of the recurrent model's logits. */
    networkWeight: finiteNumber,
    /** The factor of the linear model's logits. */
    linearWeight: finiteNumber,
  }),
);

/** The configuration of a sum of a recurrent model and a linear one. */
export type SumConfig = t.TypeOf<typeof SumConfig>;

/**
 * Checks the configuration of a sum.
 *
 * @throws HeadwaterError `HW_USAGE` when a value is invalid
 *
 * @example
 * ```ts
 * import { linearConfig, sumConfig, wideGruConfig } from 'headwater';
 * const network = wideGruConfig({ classes: 4, vocabularySize: 9000 });
 * const linear = linearConfig({ classes: 4, columns: 2 ** 20 });
 * sumConfig({ network, linear, networkWeight: 0.8, linearWeight: 0.5 }).classes; // 4
 * ```
 */
export const sumConfig = (options: Omit<SumConfig, 'architecture' | 'classes'>): SumConfig => {
  checkArgument(
    'sumConfig',
    'options',
    options,
    'an object such as { network, linear, networkWeight: 1, linearWeight: 1 }',
    ['linear'],
  );
  return completed(SumConfig, 'A sum of models', { architecture: 'sum', classes: options.linear.classes, ...options });
};
