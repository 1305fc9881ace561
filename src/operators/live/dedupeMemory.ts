import { checkArgument } from '../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkWhole } from '../../contracts/checkOption.js';
import { hash64 } from '../rows/internal/hash64.js';
import { base64Bytes, fromBase64, toBase64 } from './internal/base64.js';
import { RecentHashes } from './internal/RecentHashes.js';

/** How much a memory remembers. */
export interface DedupeMemoryOptions {
  /**
   * How many keys there is room for, at least 1; for `dedupe` at least as many as a headline is known by, which are up
   * to five. The key that was not seen for longest makes room for a new one. Default 200,000: some 40,000 headlines.
   */
  readonly capacity?: number | undefined;
}

/** How a memory that is written down is made again, and goes on being written down. */
export interface KeptMemoryOptions extends DedupeMemoryOptions {
  /** Is given the 8 bytes of each key that was not known, so that they can be added to what was written down. */
  readonly added?: ((hash: Uint8Array) => void) | undefined;
}

/**
 * Refuses a number of keys that no memory has room for.
 *
 * @param operator what was given it, as its user writes it
 * @param capacity what was given
 * @param least how many keys there must be room for at least
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkCapacity = (operator: string, capacity: number, least = 1): void => {
  checkWhole(operator, 'capacity', capacity, least);
  if (capacity > RecentHashes.MOST)
    throw new HeadwaterError(
      'HW_USAGE',
      `${operator}: capacity is ${capacity}, but must be at most ${RecentHashes.MOST}; each key takes up to 28 bytes at the start.`,
    );
};

/** Hashes of keys in base64, 8 bytes each. */
const hashes = new t.Type<string>(
  'hashes in base64',
  t.string.is,
  (value, context) =>
    typeof value === 'string' && base64Bytes(value) % 8 === 0 ? t.success(value) : t.failure(value, context),
  t.identity,
);

/** What a memory is written down as: the codec of a `stateFile` of it. */
export const DedupeMemoryJson = t.readonly(
  t.type({ formatVersion: t.literal(1), keys: hashes }),
  'what dedupe remembers',
);

/**
 * What a memory is written down as: 64-bit hashes of its keys, upper half first, little-endian, from the oldest to the
 * newest, in base64.
 */
export type DedupeMemoryJson = t.TypeOf<typeof DedupeMemoryJson>;

/** What `dedupe` has seen. It may outlive a subscription, serve several, and be written down. */
export interface DedupeMemory {
  /** How many keys there is room for. */
  readonly capacity: number;
  /** How many keys it remembers. */
  readonly size: number;
  /** Whether it remembers a key; it does not become the newest by that. */
  has(key: string): boolean;
  /** Remembers a key as the newest one, and says whether it was known. */
  see(key: string): boolean;
  /** What it remembers, to be written down. */
  toJSON(): DedupeMemoryJson;
}

const memoryOf = (recent: RecentHashes, added?: (hash: Uint8Array) => void): DedupeMemory => {
  const hash = new Uint32Array(2);
  return {
    capacity: recent.capacity,
    get size() {
      return recent.size;
    },
    has: (key) => {
      hash64(key, hash);
      return recent.has(hash[0]!, hash[1]!);
    },
    see: (key) => {
      hash64(key, hash);
      const known = recent.see(hash[0]!, hash[1]!);
      if (!known && added !== undefined) {
        const bytes = new Uint8Array(8);
        const view = new DataView(bytes.buffer);
        view.setUint32(0, hash[0]!, true);
        view.setUint32(4, hash[1]!, true);
        added(bytes);
      }
      return known;
    },
    toJSON: () => {
      const bytes = new Uint8Array(8 * recent.size);
      const view = new DataView(bytes.buffer);
      let at = 0;
      for (const [high, low] of recent) {
        view.setUint32(at, high, true);
        view.setUint32(at + 4, low, true);
        at += 8;
      }
      return { formatVersion: 1, keys: toBase64(bytes) };
    },
  };
};

/**
 * Makes an empty memory for `dedupe`.
 *
 * It holds a 64-bit hash of each key, not the key: 28 bytes each at most, all taken at the start. Two keys of one hash
 * count as one: with 200,000 keys remembered, one new headline in 18 million million is taken for a repeat by mistake.
 *
 * @param options how many keys it remembers
 * @throws HeadwaterError `HW_USAGE` when `capacity` is no whole number between 1 and 2,147,483,647
 *
 * @example
 * ```ts
 * import { dedupeMemory } from 'headwater';
 * const memory = dedupeMemory({ capacity: 2 });
 * memory.see('a'); // false: it is new
 * memory.see('a'); // true
 * JSON.stringify(memory).length; // 46
 * ```
 */
export const dedupeMemory = ({ capacity = 200_000 }: DedupeMemoryOptions = {}): DedupeMemory => {
  checkCapacity('dedupeMemory', capacity);
  return memoryOf(new RecentHashes(capacity));
};

/**
 * Makes the memory that was written down. Where it has less room than the one that was, it remembers the newest keys.
 *
 * @param json what `toJSON` gave; of what was read from anywhere, the codec `DedupeMemoryJson` says whether it is that
 * @param options how many keys it remembers, and who is told of further ones
 * @throws HeadwaterError `HW_USAGE` when `capacity` is no whole number between 1 and 2,147,483,647
 *
 * @example
 * ```ts
 * import { dedupeMemory, dedupeMemoryFrom } from 'headwater';
 * const before = dedupeMemory();
 * before.see('a');
 * const after = dedupeMemoryFrom(before.toJSON());
 * after.see('a'); // true: it was seen before
 * ```
 */
export const dedupeMemoryFrom = (
  json: DedupeMemoryJson,
  { capacity = 200_000, added }: KeptMemoryOptions = {},
): DedupeMemory => {
  checkArgument('dedupeMemoryFrom', 'json', json, 'the JSON of a memory', ['keys']);

  checkCapacity('dedupeMemoryFrom', capacity);
  const recent = new RecentHashes(capacity);
  const bytes = fromBase64(json.keys);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length; at += 8) recent.see(view.getUint32(at, true), view.getUint32(at + 4, true));
  return memoryOf(recent, added);
};
