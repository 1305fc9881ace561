import { createHash } from 'node:crypto';
import type { FeedItem } from '../parsing/FeedItem.js';

/** How many of the newest items are remembered: feeds seldom take back as many. */
const REMEMBERED = 20;

const hashOf = (what: string): string => createHash('sha256').update(what).digest('base64url').slice(0, 11);

/** What an item is known by: whichever of them stays. */
const namesOf = ({ guid, link, title }: FeedItem): readonly string[] =>
  [guid, link, title].flatMap((name) => (name === undefined ? [] : [hashOf(name)]));

/**
 * The newest items of a feed, and whether any of those of its last reading is still there.
 *
 * Where none is, the feed has gone on by more than it holds: what was in between was never seen.
 */
export class NewestItems {
  readonly #before: ReadonlySet<string>;
  readonly #newest: (readonly string[])[] = [];
  #met = false;

  /** @param before what the last reading had, as `names` gave it */
  constructor(before: readonly string[] | undefined) {
    this.#before = new Set(before);
  }

  /** Takes the next item, the newest last. */
  take(item: FeedItem): void {
    const names = namesOf(item);
    this.#met ||= names.some((name) => this.#before.has(name));
    this.#newest.push(names);
    if (this.#newest.length > REMEMBERED) this.#newest.shift();
  }

  /** Whether there were items before, of which none was met. One alone may have been taken back. */
  get gap(): boolean {
    return this.#before.size > 3 && this.#newest.length > 0 && !this.#met;
  }

  /** What they are known by. */
  get names(): readonly string[] {
    return this.#newest.flat();
  }
}
