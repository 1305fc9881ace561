import type { Readable } from 'node:stream';
import { Observable, type Subscriber } from 'rxjs';
import { drain } from './drain.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { Reader } from './bytes/Reader.js';

/** A body that can be opened, once a subscription. */
export interface BodyToRead<T> {
  /** Opens it; the signal aborts whatever is under way. */
  readonly open: (signal: AbortSignal) => Promise<Readable>;
  /** A reader that hands its items to the subscriber. */
  readonly reader: (subscriber: Subscriber<T>) => Reader;
  /**
   * The error that the subscriber is told for a body that could not be opened or broke off, from what went wrong and
   * what had been read by then.
   */
  readonly explain: (error: unknown, progress: string) => unknown;
  /** Called when all was read; what it throws becomes the error. */
  readonly complete?: () => void;
}

/**
 * What a reader makes of a body: a cold Observable that opens it when subscribed, and aborts at once when unsubscribed.
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
            complete?.();
            subscriber.complete();
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
