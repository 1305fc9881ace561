import { checkArgument } from '../../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { withoutSecrets } from '../../bodies/http/connection/WebAddress.js';

/** What is known of a feed from when it was last read. */
export interface RememberedFeed {
  /** Where it was read, redirects followed: the validators are those of this address. */
  readonly address: string;
  /** Its `ETag`, to the letter. */
  readonly etag?: string | undefined;
  /** Its `Last-Modified`, to the letter. */
  readonly lastModified?: string | undefined;
  /** What its newest items are known by, so that it shows whether any of them is still there. */
  readonly newest?: readonly string[] | undefined;
}

/** What a memory is written down as: the codec of a `stateFile` of it. */
export const FeedMemoryJson = t.readonly(
  t.type({
    formatVersion: t.literal(1),
    feeds: t.readonlyArray(
      t.readonly(
        t.intersection([
          t.type({ feed: t.string, address: t.string }),
          t.partial({ etag: t.string, lastModified: t.string, newest: t.readonlyArray(t.string) }),
        ]),
      ),
    ),
  }),
  'what pollFeed remembers',
);

/** What a memory is written down as. */
export type FeedMemoryJson = t.TypeOf<typeof FeedMemoryJson>;

/**
 * What `pollFeed` knows of its feeds, so that one that has not changed need not be sent again, after a restart either.
 */
export interface FeedMemory {
  /** What is known of a feed, by the address that it is polled by. */
  get(feed: string): RememberedFeed | undefined;
  /** Remembers it. */
  set(feed: string, known: RememberedFeed): void;
  /** What it remembers, to be written down. */
  toJSON(): FeedMemoryJson;
}

const memoryOf = (feeds: Map<string, RememberedFeed>): FeedMemory => ({
  get: (feed) => feeds.get(feed),
  set: (feed, known) => void feeds.set(feed, known),
  toJSON: () => ({
    formatVersion: 1,
    feeds: Array.from(feeds, ([feed, { address, etag, lastModified, newest }]) => ({
      feed,
      address,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      ...(newest === undefined ? {} : { newest }),
    })),
  }),
});

/**
 * Makes an empty memory for `pollFeed`.
 *
 * A feed's validators get into it when all of its items have been handed on, so whatever is written down of it loses
 * none.
 *
 * @example
 * ```ts
 * import { feedMemory, feedMemoryFrom } from 'headwater';
 *
 * const memory = feedMemory();
 * memory.set('https://example.org/feed', { address: 'https://example.org/feed', etag: '"7"' });
 * const later = feedMemoryFrom(memory.toJSON());
 * console.log(later.get('https://example.org/feed')?.etag); // "7"
 * ```
 */
export const feedMemory = (): FeedMemory => memoryOf(new Map());

/**
 * Makes the memory that was written down.
 *
 * @param json what `toJSON` gave; of what was read from anywhere, the codec `FeedMemoryJson` says whether it is that
 */
// What was written down may be from a time when addresses had their passwords in them.
export const feedMemoryFrom = (json: FeedMemoryJson): FeedMemory => {
  checkArgument('feedMemoryFrom', 'json', json, 'the JSON of a feed memory', ['feeds']);
  return memoryOf(
    new Map(json.feeds.map(({ feed, address, ...known }) => [feed, { ...known, address: withoutSecrets(address) }])),
  );
};
