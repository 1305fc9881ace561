import type { Random } from '../../../contracts/random.js';
import type { QueueBuffer } from '../../flow/internal/queue.js';

/**
 * Which value is dropped when there is no room for one more: the arriving one, the one that has waited longest, or any
 * of them.
 */
export type ShedPolicy = 'newest' | 'oldest' | 'random';

/** The mark of a place whose value was dropped. */
const GAP: unique symbol = Symbol('gap');

/** A first-in, first-out buffer of at most `capacity` values. When it is full, each arrival drops one value. */
export class SheddingBuffer<T> implements QueueBuffer<T> {
  readonly #capacity: number;
  readonly #policy: ShedPolicy;
  readonly #draws: Random;
  readonly #drop: (value: T) => void;
  /** The waiting values, from #head on, with a gap for each value that was dropped. */
  #places: (T | typeof GAP)[] = [];
  #head = 0;
  #size = 0;

  /** @param drop receives each dropped value, after the new value is stored */
  constructor(capacity: number, policy: ShedPolicy, draws: Random, drop: (value: T) => void) {
    this.#capacity = capacity;
    this.#policy = policy;
    this.#draws = draws;
    this.#drop = drop;
  }

  get size(): number {
    return this.#size;
  }

  push(value: T): void {
    if (this.#size < this.#capacity) this.#append(value);
    else this.#drop(this.#makeRoomFor(value));
  }

  shift(): T {
    for (;;) {
      const place = this.#places[this.#head]!;
      // The place must not keep a removed value from being garbage-collected.
      this.#places[this.#head++] = GAP;
      if (place === GAP) continue;
      this.#size -= 1;
      if (this.#size === 0) this.clear();
      return place;
    }
  }

  clear(): void {
    this.#places = [];
    this.#head = 0;
    this.#size = 0;
  }

  /** Stores the value if the policy allows it, and returns the value to drop. */
  #makeRoomFor(value: T): T {
    if (this.#policy === 'newest') return value;
    if (this.#policy === 'random' && this.#draws.below(this.#capacity + 1) === this.#capacity) return value;
    const gone = this.#policy === 'oldest' ? this.shift() : this.#takeAny();
    this.#append(value);
    return gone;
  }

  /**
   * Removes a random waiting value; all have the same probability. When the buffer is full, at least every other place
   * has a value, so it needs at most two draws on average.
   */
  #takeAny(): T {
    for (;;) {
      const at = this.#head + this.#draws.below(this.#places.length - this.#head);
      const place = this.#places[at]!;
      if (place === GAP) continue;
      this.#places[at] = GAP;
      this.#size -= 1;
      return place;
    }
  }

  #append(value: T): void {
    // This moves each value at most once per `capacity` arrivals, so the cost per value is small.
    if (this.#places.length >= 2 * this.#capacity) {
      this.#places = this.#places.filter((place) => place !== GAP);
      this.#head = 0;
    }
    this.#places.push(value);
    this.#size += 1;
  }
}
