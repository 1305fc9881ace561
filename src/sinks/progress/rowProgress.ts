import { checkOptions, checkTypes, isNumber, optionText } from '../../contracts/checkOption.js';
import { checkText } from '../../contracts/checkArgument.js';
import { Observable, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import { printable } from '../terminal/printable.js';
import { duration, perSecond } from './internal/progressLine.js';
import { checkProgressOptions, ProgressOutput, type ProgressOptions } from './ProgressOutput.js';
import { RateMeter } from './internal/RateMeter.js';

/** Options of `rowProgress`. */
export interface RowProgressOptions<T = unknown> extends ProgressOptions {
  /** The current activity, such as `reading`. */
  readonly label: string;
  /** The expected total. Without it, a count is shown in place of the bar, and no remaining time. */
  readonly total?: number | undefined;
  /** The unit of the count; default `rows`. */
  readonly unit?: string | undefined;
  /** The number of units of a value; default 1. */
  readonly count?: ((value: T) => number) | undefined;
}

/**
 * Shows the number of values so far, their rate, and the remaining time: for a phase that only counts, such as the
 * first pass over the data.
 *
 * A writing sink: it emits nothing, and completes once its last line is written. Use it beside the stream:
 * `rows$.pipe(alongside(rowProgress({ label: 'reading' })))`.
 *
 * ```marbles drawn
 * source:  --r-r-r-r-r-r--|
 *          rowProgress({ label: 'reading' })
 * shown:   --1-2-3-4-5-6--E      E: reading: 6 rows in 2.0s (3.0 rows/s)
 * result:  ---------------|
 * ```
 *
 * - Memory: nothing is held. A slow terminal misses drawings of the bar.
 * - If the stream fails (a closed terminal or pipe), the sink completes without an error, and the work continues.
 * - Errors: the source's, and those of `count`; the unfinished bar stays on the screen.
 *
 * @throws HeadwaterError `HW_USAGE` at once if `total` or a time is negative or NaN
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { range } from 'rxjs';
 * import { rowProgress } from 'headwater';
 * const stream = new PassThrough();
 * range(0, 1200).pipe(rowProgress({ label: 'reading', stream })).subscribe();
 * stream.read().toString(); // 'reading: 1,200 rows in 0.0s\n' (and the rate, where a millisecond has passed)
 * ```
 */
export const rowProgress = <T = unknown>(options: RowProgressOptions<T>): OperatorFunction<T, never> => {
  checkOptions('rowProgress', options, "{ label: 'rows read' }");
  checkText('rowProgress', 'label', options.label, 'a text, such as "rows read"');
  checkTypes('rowProgress', options, { unit: 'string' });
  const { total, unit = 'rows', count } = options;
  const label = printable(options.label);
  checkProgressOptions('rowProgress', options);
  if (total !== undefined && !(isNumber(total) && total >= 0))
    throw new HeadwaterError(
      'HW_USAGE',
      `rowProgress() was given total ${optionText(total)}: give the expected number, at least 0, or leave it out.`,
    );
  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const output = new ProgressOutput(options, () => subscriber.complete());
      subscriber.add(() => output.release());
      const start = output.now();
      const meter = new RateMeter(start);
      let done = 0;
      follow(source, {
        next: (value) => {
          const more = count === undefined ? 1 : count(value);
          const now = output.now();
          done += more;
          meter.add(more, now);
          if (output.isDue(now))
            output.show({ label, done, total, unit, rate: meter.perSecond(now), note: undefined }, now);
        },
        error: (error) => output.finish(() => subscriber.error(error)),
        complete: () => {
          const seconds = (output.now() - start) / 1000;
          const rate = seconds > 0 ? ` (${perSecond(done / seconds, unit)})` : '';
          output.print(
            `${label}: ${done.toLocaleString('en-US')} ${unit} in ` +
              `${seconds < 10 ? `${seconds.toFixed(1)}s` : duration(Math.round(seconds))}${rate}`,
          );
          output.finish(() => subscriber.complete());
        },
      });
    });
};
