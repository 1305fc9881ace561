import {
  from,
  Observable,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { takeUntilClosed } from '../../../contracts/flow/takeUntilClosed.js';
import { reportHolding } from '../../../contracts/flow/FlowProbe.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { ValveHold } from './ValveHold.js';

/** The buffer of the waiting values. */
export interface QueueBuffer<T> {
  /** The number of waiting values. */
  readonly size: number;
  /** Adds a value. An error that it throws ends the stream. */
  push(value: T): void;
  /** Removes and returns the first value. The buffer must not be empty. */
  shift(): T;
  /** Removes all values. */
  clear(): void;
}

/** Options of `queue`. */
export interface QueueOptions<T, R> {
  /** The name of the operator that uses it. */
  readonly operator: string;
  /** The most values that may wait; Infinity without a limit. */
  readonly bound: number;
  /** Makes the buffer of one subscription. */
  readonly makeBuffer: () => QueueBuffer<T>;
  /** Held from `highWaterMark` waiting values on, until at most half as many wait, and while the event loop runs. */
  readonly valve: Valve | undefined;
  readonly highWaterMark: number;
  /** The longest time that the consumer works, in milliseconds, before the event loop runs. */
  readonly yieldAfter: number;
  readonly scheduler: SchedulerLike;
  /** The consumer: one value at a time. */
  readonly project: (value: T, index: number) => ObservableInput<R>;
}

/**
 * The common part of the operators that let values wait for their consumer: `boundedQueue`, which loses no value, and
 * `shed`, which drops some. They differ in the buffer only.
 *
 * The documentation of `boundedQueue` describes its behaviour.
 */
export const queue = <T, R>(options: QueueOptions<T, R>): OperatorFunction<T, R> => {
  const { operator, bound, makeBuffer, valve, highWaterMark, yieldAfter, scheduler, project } = options;
  const lowWaterMark = Math.floor(highWaterMark / 2);

  return (source) =>
    new Observable((subscriber) => {
      const waiting = makeBuffer();
      reportHolding(subscriber, { operator, held: () => waiting.size, bound, highWaterMark });
      let taken = 0;
      /** Set until the result of `project` for the last value has completed. */
      let busy = false;
      /**
       * Set while the loop of `drain` runs. The consumer may push values from within `next`, and they must queue up.
       */
      let draining = false;
      /** How the source ended; undefined while it runs. */
      let ended: { readonly error?: unknown } | undefined;
      /** Milliseconds of work since the event loop last ran. */
      let used = 0;
      /** The time at which the work counted in `used` ended. */
      let rested = scheduler.now();
      let turn: Subscription | undefined;
      /**
       * Set until the event loop has run. Kept apart from `turn`, because a synchronous scheduler runs the action
       * before `turn` is assigned.
       */
      let waitingForTurn = false;
      const held = new ValveHold(valve, operator);
      const untilClosed = takeUntilClosed(subscriber);

      const balance = (): void => {
        // The valve is also held while the event loop runs. Otherwise the source would continue meanwhile, and its
        // next slice and ours could follow each other without a turn in between.
        if (waiting.size >= highWaterMark || waitingForTurn) held.take();
        else if (waiting.size <= lowWaterMark) held.release();
      };

      const yieldTurn = (): void => {
        waitingForTurn = true;
        turn = scheduler.schedule(() => {
          waitingForTurn = false;
          used = 0;
          drain();
        });
      };

      const fail = (error: unknown): void => {
        held.release();
        subscriber.error(error);
      };

      const start = (value: T): void => {
        let result$: Observable<R>;
        try {
          result$ = from(project(value, taken++));
        } catch (error) {
          fail(error);
          return;
        }
        busy = true;
        result$.pipe(untilClosed).subscribe({
          next: (result) => subscriber.next(result),
          error: fail,
          complete: () => {
            busy = false;
            drain();
          },
        });
      };

      const finish = (end: { readonly error?: unknown }): void => {
        if ('error' in end) subscriber.error(end.error);
        else subscriber.complete();
      };

      const drain = (): void => {
        if (draining) return;
        draining = true;
        const arrived = scheduler.now();
        // No value arrived for `yieldAfter` ms. So the event loop has run, or the source blocks it.
        if (arrived - rested >= yieldAfter) used = 0;
        let begun = arrived - used;
        while (!busy && !waitingForTurn && !subscriber.closed) {
          if (waiting.size === 0) {
            if (ended !== undefined) finish(ended);
            break;
          }
          if (used >= yieldAfter) {
            yieldTurn();
            balance();
            // With a synchronous scheduler the loop continues here.
            begun = scheduler.now();
            continue;
          }
          start(waiting.shift());
          balance();
          used = scheduler.now() - begun;
        }
        rested = scheduler.now();
        draining = false;
      };

      subscriber.add(() => {
        turn?.unsubscribe();
        // If the subscriber unsubscribes because the valve was closed for the turn, `balance` runs once more. It
        // must find no reason to close the valve again.
        waitingForTurn = false;
        waiting.clear();
        held.release();
      });

      source.pipe(untilClosed).subscribe({
        next: (value) => {
          try {
            waiting.push(value);
          } catch (error) {
            fail(error);
            return;
          }
          drain();
          balance();
        },
        error: (error: unknown) => {
          ended = { error };
          drain();
        },
        complete: () => {
          ended = {};
          drain();
        },
      });
    });
};
