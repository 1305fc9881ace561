import type { Writable } from 'node:stream';
import { Observable, type OperatorFunction } from 'rxjs';
import type { CarriedDelivery } from '../../contracts/flow/settleOnce.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { subscribeSink } from '../internal/subscribeSink.js';

/** A line, and the delivery that is settled once the line is written. */
export interface DeliveredLine {
  /** With its line break. Empty if there is nothing to write; the delivery is then settled at once. */
  readonly line: string;
  readonly delivery: CarriedDelivery | undefined;
}

/**
 * The most lines of one write. If the process is killed between a write and its confirmation, these lines are shown
 * again after a restart.
 */
export const LINES_TOGETHER = 64;

/**
 * Writes lines to a stream, and settles the delivery of each line as done once the stream has accepted it.
 *
 * A writing sink: it emits nothing, and completes once everything is written. One write of at most 64 lines runs at a
 * time; while more than 64 lines wait, the valve is held. A failed write settles nothing: the owner of the stream
 * listens for its errors.
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
          // Also after an unsubscription, because the lines have been written.
          settle();
          write();
        });
        // Done last: the source may continue at once, and its lines must come after these.
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
