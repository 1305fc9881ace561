import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { combineLatest, concat, EMPTY, filter, ignoreElements, map, merge, type Observable, of } from 'rxjs';
import {
  DedupeMemoryJson,
  dedupeMemory,
  dedupeMemoryFrom,
  type DedupeMemory,
} from '../../operators/live/dedupeMemory.js';
import { stateFile } from '../../sinks/files/stateFile.js';
import type { WatchEvent } from '../../sinks/watch/WatchEvent.js';
import { FeedMemoryJson, feedMemory, feedMemoryFrom, type FeedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { checkFolder } from '../process/checkOutput.js';
import { errorLine } from '../process/exitStatus.js';
import { fromTask } from '../process/fromTask.js';

/** What is remembered while feeds are watched. */
export interface WatchMemory {
  /** The headlines that were there. */
  readonly seen: DedupeMemory;
  /** What the feeds have to be told so that they need not send what they have sent. */
  readonly feeds: FeedMemory;
  /** Writes it down as things happen, and at the end; emits nothing. */
  readonly keep: (event$: Observable<WatchEvent>) => Observable<never>;
}

const SEEN = 'seen.json';
const FEEDS = 'feeds.json';

/** All that was seen is written down anew each time: not at every headline. In ms. */
const DELAY = 5000;

/**
 * What is remembered, as it was left in a folder.
 *
 * @param folder undefined where nothing is to outlive the watching
 * @param stderr is told of a file that is damaged, and put aside
 */
export const watchMemory = (folder: string | undefined, stderr: Writable): Observable<WatchMemory> => {
  if (folder === undefined) return of({ seen: dedupeMemory(), feeds: feedMemory(), keep: () => EMPTY });
  const damaged = { next: (error: unknown) => void stderr.write(`${errorLine(error)}\n`) };
  const seenFile = stateFile(join(folder, SEEN), DedupeMemoryJson, { delayMs: DELAY, damaged });
  const feedsFile = stateFile(join(folder, FEEDS), FeedMemoryJson, { delayMs: DELAY, damaged });
  const read$ = combineLatest({ seenJson: fromTask(seenFile.read), feedsJson: fromTask(feedsFile.read) }).pipe(
    map(({ seenJson, feedsJson }): WatchMemory => {
      const seen = seenJson === undefined ? dedupeMemory() : dedupeMemoryFrom(seenJson);
      const feeds = feedsJson === undefined ? feedMemory() : feedMemoryFrom(feedsJson);
      return {
        seen,
        feeds,
        keep: (event$) =>
          merge(
            event$.pipe(
              filter(({ type }) => type === 'live-prediction'),
              seenFile.keep(() => seen.toJSON()),
            ),
            event$.pipe(
              filter(({ type }) => type === 'read'),
              feedsFile.keep(() => feeds.toJSON()),
            ),
          ),
      };
    }),
  );
  return concat(fromTask(checkFolder(folder, [SEEN, FEEDS])).pipe(ignoreElements()), read$);
};
