import { Observable } from 'rxjs';
import { inTurns } from '../../pacing/internal/inTurns.js';
import type { Pacing } from '../../pacing/Pacing.js';
import type { FeedDocument, FeedEntry } from './FeedDocument.js';

/**
 * Reads a feed's entries one at a time, from the last to the first, and emits them in turns.
 *
 * Feeds have the newest item first; so the newest comes last here, as it does in a stream of headlines that arrive.
 */
export const emitEntries = (document: FeedDocument, pacing: Pacing): Observable<FeedEntry> =>
  new Observable((subscriber) => {
    let left = document.count;
    const turns = inTurns(
      pacing,
      () => {
        if (left === 0) {
          subscriber.complete();
          return false;
        }
        left--;
        subscriber.next(document.entry(left));
        return true;
      },
      (error) => subscriber.error(error),
    );
    subscriber.add(() => turns.stop());
    turns.start();
  });
