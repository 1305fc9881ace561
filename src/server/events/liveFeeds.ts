import { EMPTY, type Observable, Subject, type Subscriber, tap } from 'rxjs';
import type { LiveHeadline, SourceEvent } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { valve } from '../../streams/valve.js';
import type { ServerMetrics } from '../queue/serverMetrics.js';
import { classifyFeeds, type ClassifyFeedsOptions } from './classifyFeeds.js';
import type { HeadlineSourceContext } from './HeadlineSourceContext.js';
import { tellSource } from './tellSource.js';

/** How live headlines are classified, counted and published. */
export interface LiveFeedsOptions extends Omit<ClassifyFeedsOptions, 'valve' | 'dropped'> {
  /** Makes the source. Default: there are no live headlines. */
  readonly headlines: ((context: HeadlineSourceContext) => Observable<LiveHeadline>) | undefined;
  readonly metrics: ServerMetrics;
}

/**
 * Makes the source of live headlines, and returns the Observable that reads and classifies it. It emits nothing.
 *
 * @param subscriber ends the counting of the source's events and rejections; receives the error if an event of the
 *   source cannot be stored
 */
export const liveFeeds = (
  subscriber: Subscriber<unknown>,
  { headlines, metrics, ...options }: LiveFeedsOptions,
): Observable<never> => {
  const source$ = new Subject<SourceEvent>();
  const rejection$ = new Subject<Rejection>();
  subscriber.add(
    source$
      .pipe(
        tap((event) => {
          metrics.heard(event);
          tellSource(options.history, event);
        }),
      )
      // The history throws if it cannot store an event.
      .subscribe({ error: (error: unknown) => subscriber.error(error) }),
  );
  subscriber.add(rejection$.subscribe(({ source }) => metrics.rejected(source)));
  const brake = valve();
  const headline$ =
    headlines?.({
      valve: brake,
      events: source$,
      rejections: rejection$,
      repeats: {
        next: ({ type, by }) => metrics.dropped(type === 'correction' ? 'correction' : `repeat-${by}`, 1),
      },
    }) ?? EMPTY;
  return classifyFeeds(headline$, { ...options, valve: brake, dropped: metrics.dropped });
};
