import { SIDES, type Side } from '../../../contracts/Row.js';
import { hash64 } from './hash64.js';

/** Slots to begin with; a power of two, as every size of the table is. */
const FIRST_SLOTS = 1024;
/** The table grows when it is this full: beyond it, runs of taken slots get long. */
const FULL = 0.6;

/**
 * Remembers which side each group is on, by a 64-bit hash of the group's name.
 *
 * The name itself is not kept. Two names with one hash count as one group: they share a side, which breaks no promise,
 * and among ten million names it happens with a chance of 1 in 180,000 (the hash being worth 63 bits).
 *
 * Holds 9 bytes a slot, and between 1.7 and 3.4 slots a group: 15 to 30 bytes a group, where a `Map` of the names takes
 * 100 or more.
 */
export class SideByGroup {
  #size = 0;
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  /** 0 for a free slot, else 1 + the side's place in `SIDES`. */
  #sides = new Uint8Array(FIRST_SLOTS);
  readonly #hash = new Uint32Array(2);

  /** The number of groups known. */
  get size(): number {
    return this.#size;
  }

  /** The side of the group; where it has none yet, the one that `choose` returns, which is remembered. */
  sideOf(group: string, choose: () => Side): Side {
    hash64(group, this.#hash);
    const high = this.#hash[0]!;
    const low = this.#hash[1]!;

    const known = this.#sides[this.#find(high, low)]!;
    if (known !== 0) return SIDES[known - 1]!;
    const side = choose();
    if (this.#size >= this.#sides.length * FULL) this.#grow();
    this.#put(high, low, 1 + SIDES.indexOf(side));
    this.#size++;
    return side;
  }

  /** The slot where the hash stands, or the free one where it would. */
  #find(high: number, low: number): number {
    const mask = this.#sides.length - 1;
    let slot = low & mask;
    while (this.#sides[slot] !== 0 && !(this.#low[slot] === low && this.#high[slot] === high)) slot = (slot + 1) & mask;
    return slot;
  }

  #put(high: number, low: number, side: number): void {
    const slot = this.#find(high, low);
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#sides[slot] = side;
  }

  #grow(): void {
    const [high, low, sides] = [this.#high, this.#low, this.#sides];
    const slots = sides.length * 2;
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#sides = new Uint8Array(slots);
    for (let slot = 0; slot < sides.length; slot++) {
      if (sides[slot] !== 0) this.#put(high[slot]!, low[slot]!, sides[slot]!);
    }
  }
}
