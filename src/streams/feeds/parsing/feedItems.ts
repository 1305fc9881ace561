import { defer, mergeMap, tap, type Observable } from 'rxjs';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import type { Pacing } from '../../pacing/Pacing.js';
import type { FeedDocument } from './FeedDocument.js';
import type { FeedItem } from './FeedItem.js';
import { emitEntries } from './emitEntries.js';

const sameRejection = ({ field, expected, got }: Rejection): string => `${field ?? ''}\0${expected}\0${got}`;

/**
 * Gives the items of one feed at each of its readings, and rejects those that cannot be read: each once, for as long as
 * it stays in the feed.
 *
 * @param reject takes each rejection; what it throws becomes the error
 */
export const feedItems = (
  pacing: Pacing,
  reject: (rejection: Rejection) => void,
): ((document: FeedDocument) => Observable<FeedItem>) => {
  // What was rejected when the feed was last read.
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
