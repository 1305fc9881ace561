import type { SchedulerLike, Subscriber } from 'rxjs';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { SourceEvent, SourceEvents } from '../../../contracts/live/Live.js';

/** An event without its source and time. */
export type Happening = SourceEvent extends infer E
  ? E extends SourceEvent
    ? Omit<E, 'source' | 'at'>
    : never
  : never;

/** Sends an event of one source. */
export type Tell = (happening: Happening) => void;

/**
 * Creates the function that sends the events of one source. If the listener throws, the stream ends with this error.
 */
export const tellEvents =
  (events: SourceEvents | undefined, source: string, scheduler: SchedulerLike, subscriber: Subscriber<unknown>): Tell =>
  (happening) => {
    try {
      events?.next({ ...happening, source, at: scheduler.now() });
    } catch (error) {
      subscriber.error(error);
    }
  };

/** The event for an error: the next attempt follows after `nextInMs`; undefined means that there is none. */
export const failure = (error: unknown, nextInMs: number | undefined): Extract<Happening, { type: 'failed' }> => ({
  type: 'failed',
  code: error instanceof HeadwaterError ? error.code : 'HW_FEED',
  message: messageOf(error),
  nextInMs,
});
