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

/** Where values wait. */
export interface QueueBuffer<T> {
  /** How many wait. */
  readonly size: number;
  /** Lets a value in. What it throws ends the stream. */
  push(value: T): void;
  /** Lets the first one out. There is one. */
  shift(): T;
  /** Lets everybody go. */
  clear(): void;
}

/** How `queue` works. */
export interface QueueOptions<T, R> {
  /** The operator that it makes. */
  readonly operator: string;
  /** The most values that may wait; Infinity where nothing bounds them. */
  readonly bound: number;
  /** Makes the room for one subscription. */
  readonly room: () => QueueBuffer<T>;
  /**
   * Held from `highWaterMark` waiting values on, until at most half as many wait, and while the event loop has its
   * turn.
   */
  readonly valve: Valve | undefined;
  readonly highWaterMark: number;
  /** How long the consumer may work, in milliseconds, until the event loop has its turn. */
  readonly yieldAfter: number;
  readonly scheduler: SchedulerLike;
  /** The consumer: one value at a time. */
  readonly project: (value: T, index: number) => ObservableInput<R>;
}

/**
 * What the operators are made of that let values wait for their consumer: `boundedQueue`, which loses none, and `shed`,
 * which must. They differ in the room alone.
 *
 * The documentation of `boundedQueue` says what it does.
 */
export const queue = <T, R>(options: QueueOptions<T, R>): OperatorFunction<T, R> => {
  const { operator, bound, room, valve, highWaterMark, yieldAfter, scheduler, project } = options;
  const lowWaterMark = Math.floor(highWaterMark / 2);

  return (source) =>
    new Observable((subscriber) => {
      const waiting = room();
      reportHolding(subscriber, { operator, held: () => waiting.size, bound, highWaterMark });
      let taken = 0;
      /** Set while what `project` returned for the last value has not completed. */
      let busy = false;
      /**
       * Set while the loop of `drain` runs: the consumer may cause arrivals from within `next`, and they have to queue
       * up.
       */
      let draining = false;
      /** How the source ended, once it has. */
      let ended: { readonly error?: unknown } | undefined;
      /** Milliseconds of work since the event loop had its turn. */
      let used = 0;
      /** When the work ended that `used` counts. */
      let rested = scheduler.now();
      let turn: Subscription | undefined;
      /**
       * Set until the event loop has had its turn. Of its own: a scheduler that does not wait has given it before
       * `turn` is known.
       */
      let waitingForTurn = false;
      const held = new ValveHold(valve, operator);
      const untilClosed = takeUntilClosed(subscriber);

      const balance = (): void => {
        // During the turn too: else the source would go on meanwhile, and its next slice and ours could come without a
        // turn in between.
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
        // Nothing came for as long as it may work without a turn: the event loop has had one, or the source keeps it.
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
            // It goes on here where the scheduler does not wait.
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
        // Where the subscriber leaves because the valve was closed for the turn, `balance` comes once more, and must
        // find no reason to close it again.
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
