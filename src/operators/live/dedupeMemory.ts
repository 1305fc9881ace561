import { checkArgument } from '../../contracts/checkArgument.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { hash64 } from '../../text/hash64.js';
import { base64Bytes, fromBase64, toBase64 } from './internal/base64.js';
import { RecentHashes } from './internal/RecentHashes.js';

/** How much a memory remembers. */
export interface DedupeMemoryOptions {
  /**
   * The number of keys there is room for, at least 1. `dedupe` needs room for all keys of a headline, which are up to
   * five. A new key replaces the least recently seen one. Default 200,000, which is about 40,000 headlines.
   */
  readonly capacity?: number | undefined;
}

/** How a stored memory is restored, and how new keys are stored. */
export interface KeptMemoryOptions extends DedupeMemoryOptions {
  /**
   * Called when the memory is full: the number of keys that there should be room for. If it is above `capacity`, the
   * memory grows to it. It never shrinks. Default: it does not grow.
   */
  readonly room?: (() => number) | undefined;
  /** Receives the 8 bytes of each new key, so that they can be appended to the stored memory. Default: none. */
  readonly added?: ((hash: Uint8Array) => void) | undefined;
}

/**
 * Refuses a number of keys that is too small or too large for a memory.
 *
 * @param operator the operator that received it, as its user writes it
 * @param capacity the value that it received
 * @param least the least number of keys that is allowed
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkCapacity = (operator: string, capacity: number, least = 1): void => {
  checkWhole(operator, 'capacity', capacity, least);
  if (capacity > RecentHashes.MOST)
    throw new HeadwaterError(
      'HW_USAGE',
      `${operator}: capacity is ${capacity}, but must be at most ` +
        `${RecentHashes.MOST}; each key takes up to 28 bytes at the start.`,
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

/** The stored form of a memory: the codec for its `stateFile`. */
export const DedupeMemoryJson = t.readonly(
  t.type({ formatVersion: t.literal(1), keys: hashes }),
  'what dedupe remembers',
);

/**
 * The stored form of a memory: 64-bit hashes of its keys, upper half first, little-endian, from the oldest to the
 * newest, in base64.
 */
export type DedupeMemoryJson = t.TypeOf<typeof DedupeMemoryJson>;

/**
 * The keys that `dedupe` has seen. It can be used by several subscriptions, one after another or at once, and it can be
 * stored.
 */
export interface DedupeMemory {
  /** The number of keys there is room for. */
  readonly capacity: number;
  /** The number of keys it remembers. */
  readonly size: number;
  /** Whether it remembers a key. This does not make the key the newest. */
  has(key: string): boolean;
  /** Remembers a key as the newest one, and returns whether it was known. */
  see(key: string): boolean;
  /** The stored form of the memory. */
  toJSON(): DedupeMemoryJson;
}

const grown = (recent: RecentHashes, capacity: number): RecentHashes => {
  checkCapacity('dedupeMemoryFrom', capacity);
  const larger = new RecentHashes(capacity);
  for (const [high, low] of recent) larger.see(high, low);
  return larger;
};

const memoryOf = (
  first: RecentHashes,
  { added, room }: Pick<KeptMemoryOptions, 'added' | 'room'> = {},
): DedupeMemory => {
  const hash = new Uint32Array(2);
  let recent = first;
  return {
    get capacity() {
      return recent.capacity;
    },
    get size() {
      return recent.size;
    },
    has: (key) => {
      hash64(key, hash);
      return recent.has(hash[0]!, hash[1]!);
    },
    see: (key) => {
      if (room !== undefined && recent.size === recent.capacity) {
        const capacity = room();
        if (capacity > recent.capacity) recent = grown(recent, capacity);
      }
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
 * It holds a 64-bit hash of each key, not the key: at most 28 bytes per key, all allocated at the start. Two keys with
 * the same hash count as one. With 200,000 keys remembered, one new headline in 9 million million is wrongly taken for
 * a repeat.
 *
 * @param options how many keys it remembers
 * @throws HeadwaterError `HW_USAGE` when `capacity` is not a whole number between 1 and 2,147,483,647
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
export const dedupeMemory = (options: DedupeMemoryOptions = {}): DedupeMemory => {
  checkOptions('dedupeMemory', options, '{ capacity: 10_000 }');
  const { capacity = 200_000 } = options;
  checkCapacity('dedupeMemory', capacity);
  return memoryOf(new RecentHashes(capacity));
};

/**
 * Restores a stored memory. If it has less room than before, it remembers the newest keys.
 *
 * @param json the result of `toJSON`; check data from other places with the codec `DedupeMemoryJson` first
 * @param options how many keys it remembers, how far it grows, and the receiver of new keys
 * @throws HeadwaterError `HW_USAGE` when `capacity` is not a whole number between 1 and 2,147,483,647
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
export const dedupeMemoryFrom = (json: DedupeMemoryJson, options: KeptMemoryOptions = {}): DedupeMemory => {
  checkOptions('dedupeMemoryFrom', options, 'json, { capacity: 10_000 }');
  const { capacity = 200_000, added, room } = options;
  checkArgument('dedupeMemoryFrom', 'json', json, 'the JSON of a memory', ['keys']);

  checkCapacity('dedupeMemoryFrom', capacity);
  const recent = new RecentHashes(capacity);
  const bytes = fromBase64(json.keys);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length; at += 8) recent.see(view.getUint32(at, true), view.getUint32(at + 4, true));
  return memoryOf(recent, { added, room });
};
