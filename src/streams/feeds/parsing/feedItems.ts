import { defer, mergeMap, tap, type Observable } from 'rxjs';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import type { Pacing } from '../../pacing/Pacing.js';
import type { FeedDocument } from './FeedDocument.js';
import type { FeedItem } from './items/FeedItem.js';
import { emitEntries } from './emitEntries.js';

const sameRejection = ({ field, expected, got }: Rejection): string => `${field ?? ''}\0${expected}\0${got}`;

/**
 * Emits the items of one feed at each of its readings. An unreadable item is rejected once for as long as it stays in
 * the feed.
 *
 * @param reject receives each rejection; an error that it throws becomes the stream's error
 */
export const feedItems = (
  pacing: Pacing,
  reject: (rejection: Rejection) => void,
): ((document: FeedDocument) => Observable<FeedItem>) => {
  // The keys of the rejections at the last reading.
  let rejected: ReadonlySet<string> = new Set<string>();
  return (document) =>
    defer(() => {
      const now = new Set<string>();
      return emitEntries(document, pacing).pipe(
        mergeMap((entry) => {
          if (entry.type === 'item') return [entry.item];
          const key = sameRejection(entry);
          now.add(key);
          if (!rejected.has(key)) reject(entry);
          return [];
        }),
        tap({ complete: () => (rejected = now) }),
      );
    });
};
