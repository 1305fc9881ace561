import type { SchedulerLike, Subscriber } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { SourceEvent, SourceEvents } from '../../../contracts/live/Live.js';

/** An event before it is said where and when it happened. */
export type Happening = SourceEvent extends infer E
  ? E extends SourceEvent
    ? Omit<E, 'source' | 'at'>
    : never
  : never;

/** Takes what happens to one source. */
export type Tell = (happening: Happening) => void;

/** Tells events of one source. What the listener throws ends the stream, wherever the event came from. */
export const tellEvents =
  (events: SourceEvents | undefined, source: string, scheduler: SchedulerLike, subscriber: Subscriber<unknown>): Tell =>
  (happening) => {
    try {
      events?.next({ ...happening, source, at: scheduler.now() });
    } catch (error) {
      subscriber.error(error);
    }
  };

/** What is told of an error: after `nextInMs` the source is tried again, or without it no more. */
export const failure = (error: unknown, nextInMs: number | undefined): Extract<Happening, { type: 'failed' }> => ({
  type: 'failed',
  code: error instanceof HeadwaterError ? error.code : 'HW_FEED',
  message: error instanceof Error ? error.message : String(error),
  nextInMs,
});
