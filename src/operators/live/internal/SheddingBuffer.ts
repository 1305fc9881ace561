import type { Random } from '../../../contracts/random.js';
import type { QueueBuffer } from '../../flow/internal/queue.js';

/**
 * Which value goes when one more comes than there is room for: the one that comes, the one that waited longest, or any
 * of them all.
 */
export type ShedPolicy = 'newest' | 'oldest' | 'random';

/** What stands where a value was that had to go. */
const GAP: unique symbol = Symbol('gap');

/** A room for so many values, first in, first out; where one more comes, one has to go. */
export class SheddingBuffer<T> implements QueueBuffer<T> {
  readonly #capacity: number;
  readonly #policy: ShedPolicy;
  readonly #draws: Random;
  readonly #drop: (value: T) => void;
  /** Those who wait, from #head on, with a gap where one had to go. */
  #places: (T | typeof GAP)[] = [];
  #head = 0;
  #size = 0;

  /** @param drop is given each value that has to go, once the other is in */
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
      // For the collector: what has left must not be kept alive by the place where it stood.
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

  /** Lets the value in if it may, and gives back the one that has to go. */
  #makeRoomFor(value: T): T {
    if (this.#policy === 'newest') return value;
    if (this.#policy === 'random' && this.#draws.below(this.#capacity + 1) === this.#capacity) return value;
    const gone = this.#policy === 'oldest' ? this.shift() : this.#takeAny();
    this.#append(value);
    return gone;
  }

  /**
   * Takes any of those who wait, each with the same chance. At least every other place is taken when the room is full,
   * so it takes two draws in the mean at most.
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
    // Moves each value once for each time that the room was filled: nothing a value.
    if (this.#places.length >= 2 * this.#capacity) {
      this.#places = this.#places.filter((place) => place !== GAP);
      this.#head = 0;
    }
    this.#places.push(value);
    this.#size += 1;
  }
}
