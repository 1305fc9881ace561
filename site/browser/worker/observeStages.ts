import { identity, Observable, type OperatorFunction } from 'rxjs';
import type { Answer, Notified } from '../protocol.js';
import { formatValue } from './formatValue.js';

/** The most notifications of one stage that are told; the rest is counted. */
const MOST_OF_A_STAGE = 120;
const LONGEST_TEXT = 80;
/** How long what happened waits for more of it, in milliseconds. */
const GATHER_MS = 60;

const lossOf = (value: unknown): number | undefined =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'step' && 'loss' in value
    ? Number(value.loss)
    : undefined;

/** Wraps an operator, so that all that goes through it is told. */
export type ObserveStage = (
  stage: number,
  operator?: OperatorFunction<unknown, unknown>,
) => OperatorFunction<unknown, unknown>;

/** Tells the page what goes through the stages of a program, a bundle at a time. */
export const observeStages = (
  tell: (answer: Answer) => void,
): { readonly stage: ObserveStage; readonly flush: () => void } => {
  const begin = performance.now();
  const counts = new Map<number, number>();
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
    const count = (counts.get(stage) ?? 0) + 1;
    counts.set(stage, count);
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

  return {
    flush,
    stage:
      (stage, operator = identity) =>
      (source) => {
        const result = operator(source);
        return new Observable((subscriber) =>
          result.subscribe({
            next: (value) => {
              note(stage, 'next', value);
              subscriber.next(value);
            },
            error: (error: unknown) => {
              note(stage, 'error', error);
              subscriber.error(error);
            },
            complete: () => {
              note(stage, 'complete');
              subscriber.complete();
            },
          }),
        );
      },
  };
};
