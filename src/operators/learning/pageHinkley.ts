import { concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import { checkChoice, checkNumber, checkWhole } from '../../contracts/checkOption.js';

/** What change `pageHinkley` looks for. */
export interface PageHinkleyOptions {
  /**
   * How far values may stray from their mean without its counting as a change, in the values' unit; at least 0. Default
   * 0.005.
   */
  readonly delta?: number | undefined;
  /**
   * How much of what goes beyond that must add up, in the values' unit; above 0. More means fewer false alarms and
   * later true ones. Default 50.
   */
  readonly threshold?: number | undefined;
  /**
   * How much of the sum is kept at each value, above 0 and at most 1. Below 1 old deviations are forgotten, and chance
   * adds up to fewer false alarms. 1 forgets nothing. Default 0.9999.
   */
  readonly alpha?: number | undefined;
  /** Which way the mean must go. Default `up`: errors and losses that fall are no cause for alarm. */
  readonly direction?: 'up' | 'down' | 'both' | undefined;
  /**
   * How many values must have come before there is an alarm, after the start and after each alarm; at least 1. Default
   * 30.
   */
  readonly leastRows?: number | undefined;
}

/** What is added up in one direction since the last alarm. */
interface Sum {
  /** m = α·m + x − mean − δ at each value x, or α·m + mean − x − δ downwards. */
  readonly total: number;
  /** The least that it has been. */
  readonly least: number;
  /** The ordinal of the value at which it was that, from the last alarm on. */
  readonly turn: number;
  /** The sum of the values up to there. */
  readonly before: number;
}

const START: Sum = { total: 0, least: 0, turn: 0, before: 0 };

/**
 * Notices when the mean of a stream of values goes up (or down) by adding up what they exceed it by: the test of Page
 * and Hinkley.
 *
 *     m(t) = α·m(t − 1) + x(t) − x̄(t) − δ,   alarm when m(t) − min m > λ,   x̄(t) the mean of the values up to t
 *
 * and starts anew after an alarm. It takes values of any scale, losses among them, but `delta` (δ) and `threshold` (λ)
 * are in their unit. `alpha` (α) is the forgetting factor, which the test of 1954 does not have (α = 1); it is that of
 * River's `PageHinkley`, with River's default.
 *
 * ```
 * errors:  0-0-1-0-…-1-1-1-0-1-1-…-|
 *          pageHinkley({ threshold: 20 })
 * drifts:  ------------------d-----|      { type: 'drift', detector: 'page-hinkley', at, before: 0.2, after: 0.8, rows }
 * ```
 *
 * `before` and `after` are the means up to and from the value at which the sum was least, which is where the change is
 * estimated to have been; with `alpha` below 1 the estimate may lie some time before it. Holds a dozen numbers.
 *
 * Errors: those of the source; `HW_NUMERIC` at a value that is not a finite number.
 *
 * @param options what change it looks for
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 * @see E. S. Page, Continuous inspection schemes. Biometrika 41, 1954; D. V. Hinkley, Inference about the change-point
 *   from cumulative sum tests. Biometrika 58, 1971.
 * @see River's `PageHinkley`, https://riverml.xyz/latest/api/drift/PageHinkley/
 * @see adwin which needs no scale
 *
 * @example
 * ```ts
 * import { range, map } from 'rxjs';
 * import { pageHinkley } from 'headwater';
 * const errors$ = range(0, 400).pipe(map((row) => (row < 200 ? 0 : 1)));
 * errors$.pipe(pageHinkley({ threshold: 20 })).subscribe(({ at }) => console.log(at)); // some 20 values after 200
 * ```
 */
export const pageHinkley = ({
  delta = 0.005,
  threshold = 50,
  alpha = 0.9999,
  direction = 'up',
  leastRows = 30,
}: PageHinkleyOptions = {}): OperatorFunction<number, DriftDetected> => {
  checkNumber('pageHinkley', 'delta', delta, { from: 0 });
  checkNumber('pageHinkley', 'threshold', threshold, { above: 0 });
  checkNumber('pageHinkley', 'alpha', alpha, { above: 0, to: 1 });
  checkWhole('pageHinkley', 'leastRows', leastRows, 1);
  checkChoice('pageHinkley', 'direction', direction, ['up', 'down', 'both']);
  const signs = { up: [1], down: [-1], both: [1, -1] }[direction];

  return (values$) =>
    defer(() => {
      let rows = 0;
      let sum = 0;
      let sums = signs.map(() => START);
      return values$.pipe(
        concatMap((value, at) => {
          if (!Number.isFinite(value))
            throw new HeadwaterError(
              'HW_NUMERIC',
              `pageHinkley: value ${at} is ${value}, which is no finite number. Leave such values out.`,
            );
          rows++;
          sum += value;
          const mean = sum / rows;
          sums = sums.map((old, i) => {
            const total = alpha * old.total + signs[i]! * (value - mean) - delta;
            return total <= old.least ? { total, least: total, turn: rows, before: sum } : { ...old, total };
          });
          const alarm = rows < leastRows ? undefined : sums.find(({ total, least }) => total - least > threshold);
          if (alarm === undefined) return EMPTY;
          const { turn, before } = alarm;
          const drift: DriftDetected = {
            type: 'drift',
            detector: 'page-hinkley',
            at,
            before: turn === 0 ? mean : before / turn,
            after: (sum - before) / (rows - turn),
            rows: rows - turn,
          };
          rows = 0;
          sum = 0;
          sums = signs.map(() => START);
          return of(drift);
        }),
      );
    });
};
