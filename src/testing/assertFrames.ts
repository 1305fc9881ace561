import { checkNumber, checkOptions } from '../contracts/checkOption.js';
import { difference, type DifferenceOptions } from './difference.js';

/** The error of an assertion: actual and expected differ. Test frameworks show `actual` and `expected` side by side. */
export class FramesDiffer extends Error {
  override readonly name = 'AssertionError';
  readonly showDiff = true;
  readonly actual: unknown;
  readonly expected: unknown;

  constructor(message: string, actual: unknown, expected: unknown) {
    super(message);
    this.actual = actual;
    this.expected = expected;
  }
}

const isFrame = (
  value: unknown,
): value is { readonly frame: number; readonly notification: { readonly kind: string } } =>
  typeof value === 'object' && value !== null && 'frame' in value && 'notification' in value;

/** The frame and kind of each notification: `2:N 4:N 7:C`. */
const timeline = (frames: unknown): string => {
  if (!Array.isArray(frames)) return '';
  const marks = frames.filter(isFrame).map(({ frame, notification }) => `${frame}:${notification.kind}`);
  return marks.length > 0 ? marks.join(' ') : 'nothing';
};

/**
 * The comparison for RxJS's `TestScheduler`, for streams with typed arrays. It throws an error that names the first
 * difference and both timelines (frame and kind of each notification: N next, C complete, E error).
 *
 * @returns the argument of `new TestScheduler(…)`
 * @throws FramesDiffer (from the returned function) if actual and expected differ
 * @see runMarbles which makes the scheduler too
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { assertFrames } from 'headwater/testing';
 * import { map } from 'rxjs';
 * import { TestScheduler } from 'rxjs/testing';
 *
 * new TestScheduler(assertFrames({ tolerance: 1e-6 })).run(({ cold, expectObservable }) => {
 *   const halves$ = cold('-a|', { a: 1 }).pipe(map((value) => Float32Array.of(value / 2)));
 *   expectObservable(halves$).toBe('-h|', { h: Float32Array.of(0.5) });
 * });
 * ```
 */
export const assertFrames = (options: DifferenceOptions = {}): ((actual: unknown, expected: unknown) => void) => {
  checkOptions('assertFrames', options, '{ tolerance: 1e-6 }');
  const { tolerance = 0 } = options;
  checkNumber('assertFrames', 'tolerance', tolerance, { from: 0 });
  return (actual, expected) => {
    const found = difference(actual, expected, options);
    if (found === undefined) return;
    const timelines = [actual, expected].some((side) => Array.isArray(side) && side.some(isFrame))
      ? `\n  came:     ${timeline(actual)}\n  expected: ${timeline(expected)}`
      : '';
    throw new FramesDiffer(`${found}${timelines}`, actual, expected);
  };
};
