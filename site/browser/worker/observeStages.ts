import { isObservable, Observable, tap, type UnaryFunction } from 'rxjs';
import type { Answer, Notified } from '../protocol.js';
import { formatValue } from './formatValue.js';

/** The most values of one stage that are told, and as many of its ends; the rest is counted. */
const MOST_OF_A_STAGE = 120;
const LONGEST_TEXT = 80;
/** How long what happened waits for more of it, in milliseconds. */
const GATHER_MS = 60;

/** The loss of the event of a training step. A value whose properties cannot be read is none. */
const lossOf = (value: unknown): number | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return 'type' in value && value.type === 'step' && 'loss' in value ? Number(value.loss) : undefined;
  } catch {
    return undefined;
  }
};

/** What has a method `pipe()`, such as an Observable, a stream of Node or an object of the reader's own. */
interface Pipeable {
  readonly pipe: (...operators: readonly unknown[]) => unknown;
}

/**
 * What the program calls `pipe()` of in place of an object: an Observable tells what goes through each stage, and
 * anything else stays as it is.
 *
 * @param first the number of the stage that the object is; its operators have the following ones
 */
export type Piped = (first: number, object: unknown) => unknown;

type Operator = UnaryFunction<Observable<unknown>, unknown>;

/** Tells the page what goes through the stages of a program, a bundle at a time. */
export const observeStages = (
  tell: (answer: Answer) => void,
): { readonly piped: Piped; readonly flush: () => void } => {
  const begin = performance.now();
  /** How many values of each stage there were, and how many ends. */
  const counts = { value: new Map<number, number>(), end: new Map<number, number>() };
  let notified: Notified[] = [];
  let losses: number[] = [];
  let left = 0;
  let last = begin;
  let trained: object | undefined;

  const flush = (): void => {
    last = performance.now();
    if (notified.length > 0 || left > 0) tell({ type: 'notified', notified, left });
    if (losses.length > 0) tell({ type: 'losses', points: losses });
    notified = [];
    losses = [];
    left = 0;
  };

  const note = (stage: number, kind: Notified['kind'], value?: unknown): void => {
    const counted = kind === 'next' ? counts.value : counts.end;
    const count = (counted.get(stage) ?? 0) + 1;
    counted.set(stage, count);
    const now = performance.now();
    if (count > MOST_OF_A_STAGE) left++;
    else {
      const text = kind === 'complete' ? '' : formatValue(value).slice(0, LONGEST_TEXT);
      notified.push({ stage, kind, time: now - begin, text });
    }
    const loss = kind === 'next' ? lossOf(value) : undefined;
    // The same event passes several stages.
    if (loss !== undefined && value !== trained) {
      trained = value as object;
      losses.push(loss);
    }
    // A timer would wait until a synchronous training is over.
    if (now - last > GATHER_MS) flush();
  };

  // `tap` ends its source when its consumer ends. An Observable of our own would let a synchronous source go on.
  const watched = (stage: number, observable: Observable<unknown>): Observable<unknown> =>
    observable.pipe(
      tap({
        next: (value) => note(stage, 'next', value),
        error: (error: unknown) => note(stage, 'error', error),
        complete: () => note(stage, 'complete'),
      }),
    );

  /** What an operator makes, watched. A promise, a number or an Observable with methods of its own stays as it is. */
  const watchedResult =
    (stage: number, operator: Operator): Operator =>
    (source) => {
      const result = operator(source);
      return isObservable(result) && Object.getPrototypeOf(result) === Observable.prototype
        ? watched(stage, result)
        : result;
    };

  return {
    flush,
    piped: (first, object) =>
      isObservable(object) && !('connect' in object)
        ? ({
            pipe: (...operators) =>
              (object as Pipeable).pipe(
                (source: Observable<unknown>) => watched(first, source),
                ...operators.map((operator, at) =>
                  typeof operator === 'function' ? watchedResult(first + 1 + at, operator as Operator) : operator,
                ),
              ),
          } satisfies Pipeable)
        : object,
  };
};
