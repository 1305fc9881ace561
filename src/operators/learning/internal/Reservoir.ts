import { random, type Random } from '../../../contracts/random.js';

/**
 * A sample of all values seen so far. Every value is in it with the same probability.
 *
 * @see J. S. Vitter, Random sampling with a reservoir. ACM Transactions on Mathematical Software 11, 1985: algorithm R.
 */
export class Reservoir<T> {
  readonly #capacity: number;
  readonly #random: Random;
  readonly #values: T[] = [];
  #seen = 0;

  constructor(capacity: number, seed: number) {
    this.#capacity = capacity;
    this.#random = random(seed, 'replay');
  }

  get size(): number {
    return this.#values.length;
  }

  /** Offers a value, which is kept or not. */
  offer(value: T): void {
    this.#seen++;
    if (this.#values.length < this.#capacity) {
      this.#values.push(value);
      return;
    }
    const place = this.#random.below(this.#seen);
    if (place < this.#capacity) this.#values[place] = value;
  }

  /** Some of its values, each at most once; all of them if there are no more. */
  draw(count: number): readonly T[] {
    const values = this.#values;
    const drawn = Math.min(count, values.length);
    // The beginning of a Fisher-Yates shuffle. The order of the values does not matter to the reservoir.
    for (let i = 0; i < drawn; i++) {
      const from = i + this.#random.below(values.length - i);
      [values[i], values[from]] = [values[from]!, values[i]!];
    }
    return values.slice(0, drawn);
  }
}
