import { join } from 'node:path';
import type { Writable } from 'node:stream';
import {
  catchError,
  combineLatest,
  concat,
  EMPTY,
  endWith,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  ReplaySubject,
  switchMap,
  take,
  throwError,
} from 'rxjs';
import { clearLeftBehind, discardSync } from '../../contracts/runtime/temporaries.js';
import { type DedupeMemory, dedupeMemoryFrom, DedupeMemoryJson } from '../../operators/live/dedupeMemory.js';
import { stateFile } from '../../sinks/files/stateFile.js';
import type { WatchEvent } from '../../sinks/watch/WatchEvent.js';
import { FeedMemoryJson, feedMemory, feedMemoryFrom, type FeedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { checkFolder } from '../outputs/checkOutput.js';
import { errorLine } from '../process/exitStatus.js';
import { fromTask } from '../process/fromTask.js';
import { seenLog } from './seenLog.js';
import { stateLock } from './stateLock.js';

/** The state that is kept while feeds are watched. */
export interface WatchMemory {
  /** The headlines that were seen. */
  readonly seen: DedupeMemory;
  /** The validators that let the servers of feeds skip unchanged content (conditional GET). */
  readonly feeds: FeedMemory;
  /** Stores the state of the feeds after events and at the end; emits nothing. Fails if headlines cannot be stored. */
  readonly keep: (event$: Observable<Pick<WatchEvent, 'type'>>) => Observable<never>;
  readonly release: () => void;
}

/** The file in which an earlier version stored the headlines. */
const SEEN = 'seen.json';
const LOG = 'seen.log';
const FEEDS = 'feeds.json';

/** The complete state of the feeds is rewritten each time, so it is not written for every headline. Milliseconds. */
const DELAY = 5000;

/**
 * The number of keys that are remembered for a number of feeds. A headline has five keys, and those of all headlines
 * that are in the feeds must fit: otherwise every reading would repeat them all. There is room for one feed with 50,000
 * items, and for 200 items in each of the others.
 */
const capacityFor = (feeds: number): number => 300_000 + 1_000 * feeds;

/** How many feeds are read: a number, or a function that returns it, where it changes. */
export type FeedCount = number | Observable<() => number>;

/** The events that can change the state of feeds. */
const CHANGES: ReadonlySet<string> = new Set(['read', 'unchanged', 'live-prediction']);

/**
 * Restores the state from a folder. The folder is locked for this process until it is released.
 *
 * Seen headlines are appended to a log at once. The state of the feeds is written later, so it is never ahead of the
 * headlines. A feed without stored state sends everything again.
 *
 * @param folder undefined if nothing is stored
 * @param feeds how many feeds are read. An Observable is subscribed to when the folder is locked
 * @param stderr receives a line about each damaged file, which is renamed
 * @param others further files that will be written there
 */
export const watchMemory = (
  folder: string | undefined,
  feeds: FeedCount,
  stderr: Writable,
  others: readonly string[] = [],
): Observable<WatchMemory> => {
  const room$ = (typeof feeds === 'number' ? of(() => feeds) : feeds).pipe(map((count) => () => capacityFor(count())));
  if (folder === undefined)
    return room$.pipe(
      map((room) => ({
        seen: dedupeMemoryFrom({ formatVersion: 1, keys: '' }, { capacity: room(), room }),
        feeds: feedMemory(),
        keep: () => EMPTY,
        release: () => undefined,
      })),
    );
  const damaged = { next: (error: unknown) => void stderr.write(`${errorLine(error)}\n`) };
  const seenFile = stateFile(join(folder, SEEN), DedupeMemoryJson, { delayMs: DELAY, damaged });
  const feedsFile = stateFile(join(folder, FEEDS), FeedMemoryJson, { delayMs: DELAY, damaged });
  const failure$ = new ReplaySubject<unknown>(1);
  const restore = (release: () => void): Observable<WatchMemory> =>
    combineLatest({ seenJson: fromTask(seenFile.read), feedsJson: fromTask(feedsFile.read), room: room$ }).pipe(
      map(({ seenJson, feedsJson, room }): WatchMemory => {
        const seen = seenLog(folder, room, seenJson, { damaged, failed: failure$ });
        discardSync(join(folder, SEEN));
        const readings = feedsJson === undefined ? feedMemory() : feedMemoryFrom(feedsJson);
        return {
          seen,
          feeds: readings,
          release,
          keep: (event$) =>
            merge(
              event$.pipe(
                filter(({ type }) => CHANGES.has(type)),
                feedsFile.keep(() => readings.toJSON()),
                endWith(undefined),
              ),
              failure$.pipe(mergeMap((error) => throwError(() => error))),
            ).pipe(take(1), ignoreElements()),
        };
      }),
      catchError((error: unknown) => {
        release();
        throw error;
      }),
    );
  const read$ = stateLock(folder, { stderr, failed: failure$ }).pipe(
    switchMap((release) => from(clearLeftBehind(folder)).pipe(switchMap(() => restore(release)))),
  );
  return concat(fromTask(checkFolder(folder, [LOG, FEEDS, ...others])).pipe(ignoreElements()), read$);
};
