import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asyncScheduler, catchError, concat, defer, EMPTY, map, mergeMap, type Observable, repeat } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../../contracts/live/Live.js';
import type { DeadLetter } from '../../../contracts/rows/Rejection.js';
import { fileBytes } from '../../bodies/fileBytes.js';
import type { Fingerprint } from '../../bodies/Fingerprint.js';
import type { Pacing } from '../../pacing/Pacing.js';
import { rejecting } from '../../internal/rejecting.js';
import { whenOpen } from '../../pacing/internal/whenOpen.js';
import { ByteCollector } from '../parsing/text/ByteCollector.js';
import { type FeedDocument, feedDocument, type Untitled } from '../parsing/FeedDocument.js';
import { feedItems } from '../parsing/feedItems.js';
import { waitFor } from './waitFor.js';

/** Options of `feedFile`. */
export interface FeedFileOptions extends Pacing {
  /** Read the file once, then complete. Default false. */
  readonly once?: boolean | undefined;
  /**
   * The time between two checks of the file. It is read only if it has changed. Milliseconds; default 5,000, which is
   * short because a local check costs little.
   */
  readonly intervalMs?: number | undefined;
  /** The largest size of the file. Bytes; default 10,485,760. */
  readonly maxBytes?: number | undefined;
  /** What happens to an item without a title. Default `reject`. */
  readonly untitled?: Untitled | undefined;
  /**
   * Receives the items that cannot be read. Default: none, and the first such item ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** Receives the events of the file. Default: none. */
  readonly events?: SourceEvents | undefined;
}

/**
 * In milliseconds. After this time a file is read although it seems to be unchanged: its size and time may have been
 * kept, and a memory with a bound forgets items that it does not see for months.
 */
const LONGEST_TRUST = 86_400_000;

/** Whether the file's size and modification time are still the same. */
const unchangedSince = async (path: string, before: Fingerprint | undefined): Promise<boolean> => {
  if (before === undefined) return false;
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.size === before.size && stats.mtimeNs === before.modified;
};

/**
 * Emits the headlines of a feed in a file, and again those of each later version of the file.
 *
 * ```
 * file      A-------B-------      A, B: its states
 * looked at |--|--|--|--|--|
 * result    a--------b------      all items of each, from the oldest to the newest
 * ```
 *
 * Like `pollFeed` for an address: a failure is reported to `events` and the file is read again; an unreadable item is
 * rejected once while it stays in the file; `dedupe` drops repeated headlines. Once a day the file is read even if it
 * seems to be unchanged. It is not checked while the valve is closed.
 *
 * @param path the path, as it appears in headlines and messages
 */
export const feedFile = (
  path: string,
  {
    once = false,
    intervalMs = 5000,
    maxBytes = 10_485_760,
    untitled,
    rejections,
    events,
    ...pacing
  }: FeedFileOptions = {},
): Observable<LiveHeadline> => {
  const { scheduler = asyncScheduler } = pacing;
  const nextInMs = once ? undefined : intervalMs;

  return defer(() => {
    let before: Fingerprint | undefined;
    let lastRead = -Infinity;
    let id = 0;
    let reading = 0;
    const itemsOf = feedItems(pacing, rejecting(rejections));
    const at = (): { readonly source: string; readonly at: number } => ({ source: path, at: scheduler.now() });

    const read = async (): Promise<FeedDocument | undefined> => {
      const now = scheduler.now();
      const isTrusted = now >= lastRead && now - lastRead < LONGEST_TRUST;
      if (isTrusted && (await unchangedSince(path, before))) return undefined;
      lastRead = now;
      const collector = new ByteCollector(maxBytes);
      const bytes = fileBytes(path, { asBefore: undefined, found: (found) => (before = found) });
      for await (const chunk of bytes) {
        if (!collector.take(chunk))
          throw new HeadwaterError('HW_OVERFLOW', `${path} is longer than ${maxBytes} bytes. Give a shorter feed.`, {
            where: path,
          });
      }
      const document = feedDocument(collector.bytes(), undefined, path, pathToFileURL(resolve(path)).href, {
        untitled,
      });
      if (document.type === 'page')
        throw new HeadwaterError('HW_FEED', `${path} is a page, not a feed. Give the feed itself.`, { where: path });
      return document;
    };

    const emit$ = (document: FeedDocument | undefined): Observable<LiveHeadline> => {
      if (document === undefined) {
        events?.next({ type: 'unchanged', ...at(), nextInMs: intervalMs });
        return EMPTY;
      }
      let items = 0;
      const ordinal = reading++;
      const headline$ = itemsOf(document).pipe(
        map((item): LiveHeadline => {
          items += 1;
          return { id: id++, source: path, seen: scheduler.now(), ...item, reading: ordinal };
        }),
      );
      const done$ = defer(() => {
        const { title, count } = document;
        events?.next({ type: 'read', ...at(), items, rejected: count - items, title, nextInMs });
        return EMPTY;
      });
      return concat(headline$, done$);
    };

    const attempt$ = whenOpen(pacing.valve).pipe(
      mergeMap(read),
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError)) throw error;
        // Read the file again after any failure: it may have been read while it was being written, and be complete a
        // moment later.
        before = undefined;
        const message =
          error.code === 'HW_SOURCE_CHANGED' && !once
            ? `${path} was changed while it was read; it is read again.`
            : error.message;
        events?.next({ type: 'failed', ...at(), code: error.code, message, nextInMs });
        return EMPTY;
      }),
      mergeMap(emit$),
    );
    return attempt$.pipe(repeat({ delay: () => (nextInMs === undefined ? EMPTY : waitFor(nextInMs, scheduler)) }));
  });
};
