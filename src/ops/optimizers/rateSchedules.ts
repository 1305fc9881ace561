import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { RateSchedule } from '../../contracts/models/RateSchedule.js';

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The share of the training during which the rate rises, in [0, 1). Default 0.2. */
  readonly warmUp?: number | undefined;
  /** The factor at the start, in [0, 1]. Default 0.04. */
  readonly start?: number | undefined;
  /** The factor at the end, in [0, 1]. Default 0. */
  readonly end?: number | undefined;
}

/** A half cosine from `from` to `to`, as x goes from 0 to 1. */
const halfCosine = (from: number, to: number, x: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * x))) / 2;

const within = (progress: number): number => Math.min(1, Math.max(0, progress));

const checkShare = (op: string, name: string, value: number, most: boolean): void => {
  if (!(value >= 0 && (most ? value <= 1 : value < 1)))
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${name} ${value}. It must be at least 0 and ${most ? 'at most' : 'below'} 1.`,
    );
};

/**
 * A rate that rises from `start` to 1 by a half cosine over the warm-up, and then falls to `end` by another half
 * cosine.
 *
 * @throws HeadwaterError `HW_USAGE` when an option is out of its range
 * @see L. N. Smith and N. Topin, Super-convergence: very fast training of neural networks using large learning rates.
 *   2017.
 *
 * @example
 * ```ts
 * import { oneCycle } from 'headwater';
 * const factor = oneCycle({ warmUp: 0.2, start: 0.04 });
 * [factor(0), factor(0.2), factor(0.6), factor(1)]; // 0.04, 1, 0.5, 0
 * ```
 */
export const oneCycle = (options: OneCycleOptions = {}): RateSchedule => {
  checkOptions('oneCycle', options, '{ warmUp: 0.2 }');
  const { warmUp = 0.2, start = 0.04, end = 0 } = options;
  checkTypes('oneCycle', { warmUp, start, end }, { warmUp: 'number', start: 'number', end: 'number' });
  checkShare('oneCycle', 'warmUp', warmUp, false);
  checkShare('oneCycle', 'start', start, true);
  checkShare('oneCycle', 'end', end, true);
  return (progress) => {
    const x = within(progress);
    return x < warmUp ? halfCosine(start, 1, x / warmUp) : halfCosine(1, end, (x - warmUp) / (1 - warmUp));
  };
};

/**
 * A rate that falls from 1 to `end` by a half cosine.
 *
 * @param end the factor at the end, in [0, 1]. Default 0
 * @throws HeadwaterError `HW_USAGE` when it is out of its range
 * @see I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts. ICLR 2017.
 *
 * @example
 * ```ts
 * import { cosineRate } from 'headwater';
 * cosineRate()(0.5); // 0.5
 * ```
 */
export const cosineRate = (end = 0): RateSchedule => {
  checkShare('cosineRate', 'end', end, true);
  return (progress) => halfCosine(1, end, within(progress));
};

/**
 * A rate that falls linearly from 1 to `end`.
 *
 * @param end the factor at the end, in [0, 1]. Default 0
 * @throws HeadwaterError `HW_USAGE` when it is out of its range
 *
 * @example
 * ```ts
 * import { linearRate } from 'headwater';
 * linearRate()(0.25); // 0.75
 * ```
 */
export const linearRate = (end = 0): RateSchedule => {
  checkShare('linearRate', 'end', end, true);
  return (progress) => 1 + (end - 1) * within(progress);
};

/**
 * A rate that rises linearly from 0 to 1 over the warm-up, and then follows another schedule. The progress of that
 * schedule runs from 0 to 1 over the rest of the training.
 *
 * @param warmUp the share of the training during which the rate rises, in [0, 1)
 * @param then the schedule after the warm-up. Default: the rate stays at 1
 * @throws HeadwaterError `HW_USAGE` when the share is out of its range
 *
 * @example
 * ```ts
 * import { cosineRate, warmUpRate } from 'headwater';
 * const factor = warmUpRate(0.1, cosineRate());
 * [factor(0.05), factor(0.1), factor(1)]; // 0.5, 1, 0
 * ```
 */
export const warmUpRate = (warmUp: number, then: RateSchedule = () => 1): RateSchedule => {
  checkShare('warmUpRate', 'warmUp', warmUp, false);
  return (progress) => {
    const x = within(progress);
    return x < warmUp ? x / warmUp : then((x - warmUp) / (1 - warmUp));
  };
};
