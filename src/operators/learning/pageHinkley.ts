import { concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import { checkChoice, checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';

/** Which change `pageHinkley` detects. */
export interface PageHinkleyOptions {
  /** The deviation from the mean that does not count as a change, in the values' unit; at least 0. Default 0.005. */
  readonly delta?: number | undefined;
  /**
   * The sum of the deviations beyond `delta` that raises an alarm, in the values' unit; above 0. A larger threshold
   * gives fewer false alarms, and later true ones. Default 50.
   */
  readonly threshold?: number | undefined;
  /**
   * The share of the sum that is kept at each value, above 0 and at most 1. Below 1 old deviations are forgotten, so
   * chance causes fewer false alarms. 1 forgets nothing. Default 0.9999.
   */
  readonly alpha?: number | undefined;
  /** The direction of the change. Default `up`: falling errors and losses need no alarm. */
  readonly direction?: 'up' | 'down' | 'both' | undefined;
  /** The number of values before the first alarm can be raised, and again after each alarm; at least 1. Default 30. */
  readonly leastRows?: number | undefined;
}

/** The sums of one direction since the last alarm. */
interface Sum {
  /** m = α·m + x − mean − δ at each value x, or α·m + mean − x − δ for the direction `down`. */
  readonly total: number;
  /** The minimum of `total`. */
  readonly least: number;
  /** The ordinal of the value at the minimum, counted from the last alarm. */
  readonly turn: number;
  /** The sum of the values up to the minimum. */
  readonly before: number;
}

const START: Sum = { total: 0, least: 0, turn: 0, before: 0 };

/**
 * Detects that the mean of a stream of values goes up (or down), by adding up the deviations from the mean: the test of
 * Page and Hinkley.
 *
 *     m(t) = α·m(t − 1) + x(t) − x̄(t) − δ,   alarm when m(t) − min m > λ,   x̄(t) the mean of the values up to t
 *
 * It restarts after an alarm. It takes values of any scale, including losses, but `delta` (δ) and `threshold` (λ) are
 * in their unit. `alpha` (α) is the forgetting factor, which the test of 1954 does not have (α = 1); it is that of
 * River's `PageHinkley`, with River's default.
 *
 * ```marbles
 * errors:  0-0-1-0-0-0-0-1-1-0-1-1-1-|
 *          pageHinkley({ threshold: 2, leastRows: 4 })
 * drifts:  ----------------------d---|   d: { type: 'drift', detector: 'page-hinkley', at, before, after, rows }
 * ```
 *
 * `before` and `after` are the means up to and from the value at which the sum was lowest. The change is estimated to
 * have happened there. With `alpha` below 1 the estimate may be too early. Holds a dozen numbers.
 *
 * Errors: those of the source; `HW_NUMERIC` at a value that is not a finite number.
 *
 * @param options which change it detects
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
export const pageHinkley = (options: PageHinkleyOptions = {}): OperatorFunction<number, DriftDetected> => {
  checkOptions('pageHinkley', options, '{ delta: 0.005 }');
  const { delta = 0.005, threshold = 50, alpha = 0.9999, direction = 'up', leastRows = 30 } = options;
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
