import { checkNumber, checkOptions } from '../../contracts/checkOption.js';
import { concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import { AdaptiveWindow } from './internal/AdaptiveWindow.js';

/** Options of `adwin`. */
export interface AdwinOptions {
  /** The probability of a false alarm at any one value, between 0 and 1. Default 0.002. */
  readonly delta?: number | undefined;
}

/**
 * Detects that the mean of a stream of values has changed, and reports how far back the present mean reaches: ADWIN.
 *
 * It keeps a window of the last values, as wide as they seem to have one mean. If the means of an older and a newer
 * part differ by more than chance allows, it drops the older part and emits an event. No width has to be chosen: the
 * window grows while nothing changes.
 *
 * ```marbles
 * errors:  -l-l-l-l-h-h-|      l: 32 rows with few errors;  h: 32 rows with many
 *          adwin(), take(1)
 * drifts:  ---------(d|)       d: { type: 'drift', detector: 'adwin', at, before, after, rows }
 * ```
 *
 * A change is reported as long as there are old values to drop, and a gradual change as long as it lasts. Changes in
 * both directions are reported: compare `before` with `after`, the means of the two parts that differ most. `rows` is
 * the number of values in the newer part. Holds O(log W) numbers for a window of W values.
 *
 * Errors: those of the source; `HW_NUMERIC` at a value that is not between 0 and 1, because the bound does not hold for
 * it.
 *
 * @param options the probability of a false alarm
 * @throws HeadwaterError `HW_USAGE` when delta is not between 0 and 1
 * @see A. Bifet and R. Gavaldà, Learning from time-changing data with adaptive windowing. SDM 2007: ADWIN2, with a
 *   search for a cut at every value.
 * @see pageHinkley which costs even less, but needs to know how large a change matters
 *
 * @example
 * ```ts
 * import { range, map } from 'rxjs';
 * import { adwin } from 'headwater';
 * const errors$ = range(0, 400).pipe(map((row) => (row < 200 ? 0 : 1)));
 * errors$.pipe(adwin()).subscribe(({ at, before, after }) => console.log(at, before, after));
 * // a few values after 200: from 0 to 1
 * ```
 */
export const adwin = (options: AdwinOptions = {}): OperatorFunction<number, DriftDetected> => {
  checkOptions('adwin', options, '{ delta: 0.002 }');
  const { delta = 0.002 } = options;
  checkNumber('adwin', 'delta', delta, { above: 0, below: 1 });
  return (values$) =>
    defer(() => {
      const window = new AdaptiveWindow(delta);
      return values$.pipe(
        concatMap((value, at) => {
          if (!(value >= 0 && value <= 1)) {
            throw new HeadwaterError(
              'HW_NUMERIC',
              `adwin: value ${at} is ${value}, but must be between 0 and 1. ` +
                'Give it errors as 0 and 1, or values scaled to that range.',
            );
          }
          window.add(value);
          const cut = window.cut();
          return cut === undefined ? EMPTY : of<DriftDetected>({ type: 'drift', detector: 'adwin', at, ...cut });
        }),
      );
    });
};
