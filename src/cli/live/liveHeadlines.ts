import type { Readable } from 'node:stream';
import { catchError, EMPTY, map, merge, type Observable, throwError } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import type { Untitled } from '../../streams/feeds/parsing/FeedDocument.js';
import type { HeadersOf } from '../../streams/bodies/http/connection/BodyOptions.js';
import { feedFile } from '../../streams/feeds/polling/feedFile.js';
import type { FeedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { pollFeed } from '../../streams/feeds/pollFeed.js';
import { headlineId } from '../../streams/internal/headlineId.js';
import { mixedLines } from '../../streams/live/mixedLines.js';
import { serverSentEvents } from '../../streams/live/serverSentEvents.js';
import { webSocketLines } from '../../streams/live/webSocketLines.js';
import type { WatchedFeed } from './watchedFeed.js';

/** The options for watching feeds. */
export interface LiveHeadlinesOptions {
  readonly stdin: Readable;
  readonly valve: Valve;
  readonly events: SourceEvents;
  readonly rejections: DeadLetter;
  readonly memory: FeedMemory;
  readonly once: boolean;
  readonly intervalMs: number | undefined;
  readonly insist: boolean;
  readonly contact: string | undefined;
  readonly headers: HeadersOf | undefined;
  readonly untitled: Untitled;
  /** Whether headlines carry deliveries if their source can deliver them again. */
  readonly deliveries: boolean;
  /** Lists of addresses that are polled instead of those of the feeds. */
  readonly polled$?: Observable<readonly string[]> | undefined;
  /** Headlines from other sources, such as a broker. */
  readonly others?: readonly Observable<LiveHeadline>[] | undefined;
}

/** If one source fails permanently, the others continue. The source has already reported its failure. */
const byItself = (headline$: Observable<LiveHeadline>): Observable<LiveHeadline> =>
  headline$.pipe(catchError((error: unknown) => (error instanceof HeadwaterError ? EMPTY : throwError(() => error))));

/** The headlines of all watched sources, merged, and numbered in the order of their arrival. */
export const liveHeadlines = (
  feeds: readonly WatchedFeed[],
  {
    stdin,
    memory,
    once,
    intervalMs,
    insist,
    contact,
    headers,
    untitled,
    deliveries,
    polled$,
    others = [],
    ...common
  }: LiveHeadlinesOptions,
): Observable<LiveHeadline> => {
  // One poller for all feeds: it requests one feed at a time from each host.
  const polled = feeds.flatMap(({ kind, address }) => (kind === 'feed' ? [address] : []));
  const sent = feeds.flatMap(({ kind, address }) => {
    switch (kind) {
      case 'feed':
        return [];
      case 'file':
        return [feedFile(address, { ...common, once, intervalMs, untitled })];
      case 'events':
        return [serverSentEvents(address, { ...common, contact, headers })];
      case 'socket':
        return [webSocketLines(address, { ...common, contact, headers, endOnClose: once })];
      case 'lines':
        return [mixedLines(stdin, common)];
    }
  });
  const sources = [
    ...(polled.length === 0 && polled$ === undefined
      ? []
      : [
          pollFeed(polled$ ?? polled, {
            ...common,
            memory,
            once,
            intervalMs,
            insist,
            contact,
            headers,
            untitled,
            deliveries,
          }),
        ]),
    ...sent.map(byItself),
    ...others,
  ];
  return merge(...sources).pipe(map((headline, id): LiveHeadline => ({ ...headline, id, key: headlineId(headline) })));
};
