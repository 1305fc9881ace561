import type { Writable } from 'node:stream';
import { Observable, type OperatorFunction } from 'rxjs';
import type { CarriedDelivery } from '../../contracts/flow/settleOnce.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { subscribeSink } from '../internal/subscribeSink.js';

/** A line, and what is settled once it is written. */
export interface DeliveredLine {
  /** With its line break; empty where there is nothing to write, and the delivery is done by that. */
  readonly line: string;
  readonly delivery: CarriedDelivery | undefined;
}

/**
 * The most lines of one write. A process that is killed between a write and its confirmation shows them again when it
 * is started anew.
 */
export const LINES_TOGETHER = 64;

/**
 * Writes lines to a stream, and settles the delivery of each as done once the stream has taken it.
 *
 * A writing sink: it emits nothing, and completes once everything is written. One write is under way at a time, of at
 * most 64 lines; while more wait than that, the valve is held. A write that fails settles nothing: the owner of the
 * stream listens for its errors.
 */
export const deliverLines =
  (stream: Writable, valve: Valve): OperatorFunction<DeliveredLine, never> =>
  (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const waiting: DeliveredLine[] = [];
      let writing = false;
      let left = false;
      let release: (() => void) | undefined;
      let end: (() => void) | undefined;

      const write = (): void => {
        if (writing || left) return;
        const batch = waiting.splice(0, LINES_TOGETHER);
        if (batch.length === 0) {
          end?.();
          return;
        }
        const settle = (): void => {
          for (const { delivery } of batch) delivery?.settle({ type: 'done' });
        };
        const text = batch.map(({ line }) => line).join('');
        writing = true;
        stream.write(text, (error) => {
          writing = false;
          if (error !== null && error !== undefined) return;
          // Also after an unsubscription: the lines have been written.
          settle();
          write();
        });
        // Last: a source that may go on does so at once, and its lines come after these.
        if (waiting.length <= LINES_TOGETHER) {
          const open = release;
          release = undefined;
          open?.();
        }
      };

      subscriber.add(() => {
        left = true;
        release?.();
      });
      follow(source, {
        next: (line) => {
          if (line.line === '') {
            line.delivery?.settle({ type: 'done' });
            return;
          }
          waiting.push(line);
          if (waiting.length > LINES_TOGETHER) release ??= valve.hold('output');
          write();
        },
        error: (error) => {
          end = () => subscriber.error(error);
          write();
        },
        complete: () => {
          end = () => subscriber.complete();
          write();
        },
      });
    });
