import { Observable } from 'rxjs';
import { inTurns } from '../../pacing/internal/inTurns.js';
import type { Pacing } from '../../pacing/Pacing.js';
import type { FeedDocument, FeedEntry } from './FeedDocument.js';

/**
 * Reads a feed's entries one at a time, from the last to the first. Pauses after `yieldAfter` ms.
 *
 * Feeds list the newest item first. Here the newest comes last, as in a live stream of headlines.
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
