import { checkNumber } from '../../contracts/checkOption.js';
import { concatMap, defer, EMPTY, of, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DriftDetected } from '../../contracts/live/Learning.js';
import { AdaptiveWindow } from './internal/AdaptiveWindow.js';

/** How sure `adwin` wants to be. */
export interface AdwinOptions {
  /** How likely a false alarm may be at any one value, between 0 and 1. Default 0.002. */
  readonly delta?: number | undefined;
}

/**
 * Notices when the mean of a stream of values changes, and tells how far back the present mean reaches: ADWIN.
 *
 * It keeps a window of the last values, as wide as they seem to have one mean. Where the means of an older and a newer
 * part differ by more than chance allows, the older part is let go, and that is the event. No width has to be chosen:
 * the window grows while nothing changes.
 *
 * ```
 * errors:  0-0-1-0-…-1-1-1-0-1-1-…-|
 *          adwin()
 * drifts:  --------------d---------|      { type: 'drift', detector: 'adwin', at, before: 0.2, after: 0.8, rows }
 * ```
 *
 * A change goes on being told while there are old values to let go, and a gradual one while it lasts. Both directions
 * are told: compare `before` with `after`, the means of the two parts that differ most. `rows` is how many values the
 * newer part has. Holds O(log W) numbers for a window of W values.
 *
 * Errors: those of the source; `HW_NUMERIC` at a value that is not between 0 and 1, for which the bound would not hold.
 *
 * @param options how sure it wants to be
 * @throws HeadwaterError `HW_USAGE` when delta is not between 0 and 1
 * @see A. Bifet and R. Gavaldà, Learning from time-changing data with adaptive windowing. SDM 2007: ADWIN2, with a cut
 *   looked for at every value.
 * @see pageHinkley which is cheaper still, and has to be told how large a change matters
 *
 * @example
 * ```ts
 * import { range, map } from 'rxjs';
 * import { adwin } from 'headwater';
 * const errors$ = range(0, 400).pipe(map((row) => (row < 200 ? 0 : 1)));
 * errors$.pipe(adwin()).subscribe(({ at, before, after }) => console.log(at, before, after)); // a few values after 200: from 0 to 1
 * ```
 */
export const adwin = ({ delta = 0.002 }: AdwinOptions = {}): OperatorFunction<number, DriftDetected> => {
  checkNumber('adwin', 'delta', delta, { above: 0, below: 1 });
  return (values$) =>
    defer(() => {
      const window = new AdaptiveWindow(delta);
      return values$.pipe(
        concatMap((value, at) => {
          if (!(value >= 0 && value <= 1)) {
            throw new HeadwaterError(
              'HW_NUMERIC',
              `adwin: value ${at} is ${value}, but must be between 0 and 1. Give it errors as 0 and 1, or values scaled to that range.`,
            );
          }
          window.add(value);
          const cut = window.cut();
          return cut === undefined ? EMPTY : of<DriftDetected>({ type: 'drift', detector: 'adwin', at, ...cut });
        }),
      );
    });
};
