import { createHash } from 'node:crypto';
import type { FeedItem } from '../parsing/items/FeedItem.js';

/** The number of newest items that are remembered. Feeds rarely withdraw that many. */
const REMEMBERED = 20;

const hashOf = (what: string): string => createHash('sha256').update(what).digest('base64url').slice(0, 11);

/** The hashes that may identify an item. One match is enough, because a publisher may change the others. */
const namesOf = ({ guid, link, title }: FeedItem): readonly string[] =>
  [guid, link, title].flatMap((name) => (name === undefined ? [] : [hashOf(name)]));

/**
 * The newest items of a feed, and whether any item of the last reading is still there.
 *
 * If none is, the feed may have published more items than it holds; those in between were never read.
 */
export class NewestItems {
  readonly #before: ReadonlySet<string>;
  readonly #newest: (readonly string[])[] = [];
  readonly #all = new Set<string>();
  /** What several items have, such as the address of the site as their link. It identifies none of them. */
  readonly #shared = new Set<string>();
  readonly #met = new Set<string>();

  /** @param before the `names` of the last reading */
  constructor(before: readonly string[] | undefined) {
    this.#before = new Set(before);
  }

  /** Adds the next item; the newest one comes last. */
  take(item: FeedItem): void {
    const names = [...new Set(namesOf(item))];
    for (const name of names) {
      if (this.#all.has(name)) this.#shared.add(name);
      if (this.#before.has(name)) this.#met.add(name);
      this.#all.add(name);
    }
    this.#newest.push(names);
    if (this.#newest.length > REMEMBERED) this.#newest.shift();
  }

  /**
   * Whether the last reading had more than 3 hashes and none of them was found. A single item has at most 3 and may
   * have been withdrawn.
   */
  get gap(): boolean {
    return this.#before.size > 3 && this.#newest.length > 0 && [...this.#met].every((name) => this.#shared.has(name));
  }

  /** The hashes that identify the remembered items. */
  get names(): readonly string[] {
    return this.#newest.flat().filter((name) => !this.#shared.has(name));
  }
}
