import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dedupeMemory, dedupeMemoryFrom, DedupeMemoryJson } from '../../../src/operators/live/dedupeMemory.js';
import { RecentHashes } from '../../../src/operators/live/internal/RecentHashes.js';

describe('RecentHashes', () => {
  /** The same with a Map, which has its keys in the order in which they came in. */
  class Model {
    readonly #known = new Map<string, readonly [number, number]>();
    readonly #capacity: number;

    constructor(capacity: number) {
      this.#capacity = capacity;
    }

    see(high: number, low: number): boolean {
      const known = this.#known.delete(`${high}/${low}`);
      const oldest = this.#known.keys().next();
      if (this.#known.size === this.#capacity && oldest.done !== true) this.#known.delete(oldest.value);
      this.#known.set(`${high}/${low}`, [high, low]);
      return known;
    }

    get all(): readonly (readonly [number, number])[] {
      return [...this.#known.values()];
    }
  }

  it('is a least-recently-seen set of as many as there is room for', () => {
    // Few different halves, so that chains are long and evictions come from their middles.
    const half = fc.constantFrom(0, 1, 8, 16, 0xffffffff);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.tuple(half, half), { maxLength: 200 }),
        (capacity, hashes) => {
          const recent = new RecentHashes(capacity);
          const model = new Model(capacity);
          for (const [high, low] of hashes) {
            expect(recent.see(high, low)).toBe(model.see(high, low));
            expect([...recent]).toEqual(model.all);
            expect(recent.size).toBe(model.all.length);
          }
        },
      ),
      { seed: 21 },
    );
  });
});

describe('dedupeMemory', () => {
  it('knows a key from the second time on', () => {
    const memory = dedupeMemory();
    expect([memory.see('a'), memory.see('b'), memory.see('a'), memory.see('')]).toEqual([false, false, true, false]);
    expect(memory.size).toBe(3);
    expect(memory.capacity).toBe(200_000);
  });

  it('takes no key of a hundred thousand for another', () => {
    const memory = dedupeMemory();
    let known = 0;
    for (let i = 0; i < 100_000; i++) if (memory.see(`["link","news.example/2024/05/${i}"]`)) known++;
    expect(known).toBe(0);
    for (let i = 0; i < 100_000; i++) if (memory.see(`["link","news.example/2024/05/${i}"]`)) known++;
    expect(known).toBe(100_000);
  });

  it('is the same after it was written down and read, in the same order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        const memory = dedupeMemory({ capacity: 10 });
        for (const key of keys) memory.see(key);
        const decoded = DedupeMemoryJson.decode(JSON.parse(JSON.stringify(memory)));
        expect(decoded).toEqual(E.right(memory.toJSON()));
        const again = dedupeMemoryFrom(memory.toJSON(), { capacity: 10 });
        expect(again.toJSON()).toEqual(memory.toJSON());
        expect(again.size).toBe(memory.size);
      }),
      { seed: 22 },
    );
  });

  it('is written down as the same bytes on every machine', () => {
    const memory = dedupeMemory();
    memory.see('a');
    memory.see('b');
    expect(memory.toJSON()).toEqual({ formatVersion: 1, keys: 's7GAGivcwi4yYsSC4PeN2g==' });
  });

  it('keeps the newest keys where there is less room than there was', () => {
    const memory = dedupeMemory();
    for (const key of ['a', 'b', 'c', 'a']) memory.see(key);
    const smaller = dedupeMemoryFrom(memory.toJSON(), { capacity: 2 });
    expect(['c', 'a'].map((key) => smaller.see(key))).toEqual([true, true]);
    expect(smaller.see('b')).toBe(false);
  });

  it.each([
    undefined,
    {},
    [],
    { formatVersion: 2, keys: '' },
    { formatVersion: 1, keys: 5 },
    { formatVersion: 1, keys: 'AAAA' },
    { formatVersion: 1, keys: 'AAAAAAAAAA*=' },
  ])('has a codec that refuses what is none: %j', (value) => {
    expect(E.isLeft(DedupeMemoryJson.decode(value))).toBe(true);
  });

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 31, 2 ** 32])('refuses the capacity %s', (capacity) => {
    const usage = (name: string): unknown =>
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringMatching(`^${name}: capacity is ${capacity},`) as unknown,
      });
    expect(() => dedupeMemory({ capacity })).toThrow(usage('dedupeMemory'));
    expect(() => dedupeMemoryFrom({ formatVersion: 1, keys: '' }, { capacity })).toThrow(usage('dedupeMemoryFrom'));
  });
});
