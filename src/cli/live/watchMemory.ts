import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import {
  catchError,
  combineLatest,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
} from 'rxjs';
import { DedupeMemoryJson, dedupeMemory, type DedupeMemory } from '../../operators/live/dedupeMemory.js';
import { stateFile } from '../../sinks/files/stateFile.js';
import type { WatchEvent } from '../../sinks/watch/WatchEvent.js';
import { FeedMemoryJson, feedMemory, feedMemoryFrom, type FeedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { checkFolder } from '../process/checkOutput.js';
import { errorLine } from '../process/exitStatus.js';
import { fromTask } from '../process/fromTask.js';
import { seenLog } from './seenLog.js';
import { stateLock } from './stateLock.js';

/** What is remembered while feeds are watched. */
export interface WatchMemory {
  /** The headlines that were there. */
  readonly seen: DedupeMemory;
  /** What the feeds have to be told so that they need not send what they have sent. */
  readonly feeds: FeedMemory;
  /** Writes down what is known of the feeds as things happen, and at the end; emits nothing. */
  readonly keep: (event$: Observable<Pick<WatchEvent, 'type'>>) => Observable<never>;
  /** Leaves the folder to others. */
  readonly release: () => void;
}

/** What an earlier version has kept the headlines in. */
const SEEN = 'seen.json';
const LOG = 'seen.log';
const FEEDS = 'feeds.json';

/** All that is known of the feeds is written down anew each time: not at every headline. In ms. */
const DELAY = 5000;

/** After these more may be known of a feed than before. */
const CHANGES: ReadonlySet<string> = new Set(['read', 'unchanged', 'live-prediction']);

/**
 * What is remembered, as it was left in a folder, which is this process's alone until it is released.
 *
 * The headlines that were seen are a log that grows with each; what is known of the feeds is written a while later. It
 * is never ahead of the headlines: a feed that is asked without it sends everything again.
 *
 * @param folder undefined where nothing is to outlive the watching
 * @param stderr is told of a file that is damaged, and put aside
 * @param others what else is to be written there
 */
export const watchMemory = (
  folder: string | undefined,
  stderr: Writable,
  others: readonly string[] = [],
): Observable<WatchMemory> => {
  if (folder === undefined)
    return of({ seen: dedupeMemory(), feeds: feedMemory(), keep: () => EMPTY, release: () => undefined });
  const damaged = { next: (error: unknown) => void stderr.write(`${errorLine(error)}\n`) };
  const seenFile = stateFile(join(folder, SEEN), DedupeMemoryJson, { delayMs: DELAY, damaged });
  const feedsFile = stateFile(join(folder, FEEDS), FeedMemoryJson, { delayMs: DELAY, damaged });
  const read$ = defer(() => {
    const release = stateLock(folder);
    return combineLatest({ seenJson: fromTask(seenFile.read), feedsJson: fromTask(feedsFile.read) }).pipe(
      map(({ seenJson, feedsJson }): WatchMemory => {
        const seen = seenLog(folder, seenJson, damaged);
        rmSync(join(folder, SEEN), { force: true });
        const feeds = feedsJson === undefined ? feedMemory() : feedMemoryFrom(feedsJson);
        return {
          seen,
          feeds,
          release,
          keep: (event$) =>
            event$.pipe(
              filter(({ type }) => CHANGES.has(type)),
              feedsFile.keep(() => feeds.toJSON()),
            ),
        };
      }),
      catchError((error: unknown) => {
        release();
        throw error;
      }),
    );
  });
  return concat(fromTask(checkFolder(folder, [LOG, FEEDS, ...others])).pipe(ignoreElements()), read$);
};
