import { Observable } from 'rxjs';
import { inTurns } from '../../pacing/internal/inTurns.js';
import type { Pacing } from '../../pacing/Pacing.js';
import type { FeedDocument, FeedEntry } from './FeedDocument.js';

/** The number of entries whose dates show the feed's order. */
const LOOKED_AT = 8;

/** Whether a feed lists the oldest entry first: among a few entries, more dates rise than fall. */
const oldestFirst = ({ count, entry }: FeedDocument): boolean => {
  const step = Math.max(1, Math.floor((count - 1) / (LOOKED_AT - 1)));
  const dates: number[] = [];
  for (let i = 0; i < count && dates.length < LOOKED_AT; i += step) {
    const found = entry(i);
    if (found.type === 'item' && found.item.published !== undefined) dates.push(found.item.published);
  }
  let rising = 0;
  for (const [i, date] of dates.entries()) rising += Math.sign(date - (dates[i - 1] ?? date));
  return rising > 0;
};

/**
 * Reads a feed's entries one at a time, from the oldest to the newest. Pauses after `yieldAfter` ms.
 *
 * Feeds usually list the newest item first. Here the newest comes last, as in a live stream of headlines.
 */
export const emitEntries = (document: FeedDocument, pacing: Pacing): Observable<FeedEntry> =>
  new Observable((subscriber) => {
    const { count } = document;
    const rises = oldestFirst(document);
    let done = 0;
    const turns = inTurns(
      pacing,
      () => {
        if (done === count) {
          subscriber.complete();
          return false;
        }
        subscriber.next(document.entry(rises ? done : count - 1 - done));
        done++;
        return true;
      },
      (error) => subscriber.error(error),
    );
    subscriber.add(() => turns.stop());
    turns.start();
  });
