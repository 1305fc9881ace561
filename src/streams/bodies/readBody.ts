import type { Readable } from 'node:stream';
import { Observable, type Subscriber } from 'rxjs';
import { drain } from './drain.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { Reader } from './bytes/Reader.js';

/** A body that is opened once per subscription. */
export interface BodyToRead<T> {
  /** Opens the body. The signal aborts all pending work. */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
  /** Creates a reader that emits its items to the subscriber. */
  readonly reader: (subscriber: Subscriber<T>) => Reader;
  /**
   * Converts an error of opening or reading into the error for the subscriber. `progress` says how much had been read.
   */
  readonly explain: (error: unknown, progress: string) => unknown;
  /**
   * Called when everything was read. An error that it throws becomes that of the stream. The stream completes after
   * the promise that it returns.
   */
  readonly complete?: () => Promise<void> | undefined;
}

/**
 * Emits the items that a reader reads from a body. Cold: subscribing opens the body, and unsubscribing aborts
 * immediately.
 */
export const readBody = <T>(
  { open, reader: makeReader, explain, complete }: BodyToRead<T>,
  pacing: Pacing,
): Observable<T> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    const reader = makeReader(subscriber);
    const broken = (error: unknown): void => subscriber.error(explain(error, reader.progress));
    subscriber.add(() => abort.abort());
    open(abort.signal).then((body) => {
      const draining = drain(body, reader, pacing, {
        complete: () => {
          try {
            const last = complete?.();
            if (last === undefined) subscriber.complete();
            else
              last.then(
                () => subscriber.complete(),
                (error: unknown) => subscriber.error(error),
              );
          } catch (error) {
            subscriber.error(error);
          }
        },
        broken,
        failed: (error) => subscriber.error(error),
      });
      subscriber.add(() => draining.stop());
      if (!subscriber.closed) draining.start();
    }, broken);
  });
