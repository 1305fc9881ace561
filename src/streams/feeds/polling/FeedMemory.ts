import { checkArgument } from '../../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { withoutSecrets } from '../../bodies/http/connection/WebAddress.js';

/** What is remembered of the last reading of a feed. */
export interface RememberedFeed {
  /** Where the feed was read, after redirects. The validators belong to this address. */
  readonly address: string;
  /** Its `ETag`, unchanged. */
  readonly etag?: string | undefined;
  /** Its `Last-Modified`, unchanged. */
  readonly lastModified?: string | undefined;
  /**
   * Hashes that identify its newest items. They show at the next reading whether any of these items is still in the
   * feed.
   */
  readonly newest?: readonly string[] | undefined;
  /** When all of it was last read. Milliseconds since 1970. */
  readonly read?: number | undefined;
  /** Validators that the server still sent after the items had changed. They are not sent back. */
  readonly stuck?: readonly string[] | undefined;
}

/** The JSON form of a memory: the codec for a `stateFile`. */
export const FeedMemoryJson = t.readonly(
  t.type({
    formatVersion: t.literal(1),
    feeds: t.readonlyArray(
      t.readonly(
        t.intersection([
          t.type({ feed: t.string, address: t.string }),
          t.partial({
            etag: t.string,
            lastModified: t.string,
            newest: t.readonlyArray(t.string),
            read: t.number,
            stuck: t.readonlyArray(t.string),
          }),
        ]),
      ),
    ),
  }),
  'what pollFeed remembers',
);

/** The JSON form of a memory. */
export type FeedMemoryJson = t.TypeOf<typeof FeedMemoryJson>;

/** What `pollFeed` remembers of its feeds, so that an unchanged feed is not sent again, not even after a restart. */
export interface FeedMemory {
  /** What is remembered of a feed, by the address that it is polled at. */
  get(feed: string): RememberedFeed | undefined;
  /** Stores what is known of a feed. */
  set(feed: string, known: RememberedFeed): void;
  /** The JSON form of the memory, to be stored. */
  toJSON(): FeedMemoryJson;
}

const memoryOf = (feeds: Map<string, RememberedFeed>): FeedMemory => ({
  get: (feed) => feeds.get(feed),
  set: (feed, known) => void feeds.set(feed, known),
  toJSON: () => ({
    formatVersion: 1,
    feeds: Array.from(feeds, ([feed, { address, etag, lastModified, newest, read, stuck }]) => ({
      feed,
      address,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      ...(newest === undefined ? {} : { newest }),
      ...(read === undefined ? {} : { read }),
      ...(stuck === undefined ? {} : { stuck }),
    })),
  }),
});

/**
 * Makes an empty memory for `pollFeed`.
 *
 * A feed is entered only once all of its items have been emitted (with `deliveries`: once all are settled). A stored
 * memory therefore never skips items that were not emitted.
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
 * Restores a memory from its JSON form.
 *
 * @param json the result of `toJSON`; check data from outside with the codec `FeedMemoryJson` first
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { feedMemoryFrom } from 'headwater';
 *
 * const memory = feedMemoryFrom({ formatVersion: 1, feeds: [] });
 * console.log(memory.get('https://example.org/feed')); // undefined
 * ```
 */
export const feedMemoryFrom = (json: FeedMemoryJson): FeedMemory => {
  checkArgument('feedMemoryFrom', 'json', json, 'the JSON of a feed memory', ['feeds']);
  // An older version stored addresses with their passwords, so they are removed here.
  return memoryOf(
    new Map(json.feeds.map(({ feed, address, ...known }) => [feed, { ...known, address: withoutSecrets(address) }])),
  );
};
