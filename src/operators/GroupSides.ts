import { SIDES, type Side } from '../contracts/Row.js';

/** Slots to begin with; a power of two, as every size of the table is. */
const FIRST_SLOTS = 1024;
/** The table grows when it is this full: beyond it, runs of taken slots get long. */
const FULL = 0.6;

/** The finalizer of MurmurHash3: spreads every bit over the word. */
const spread = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * Remembers which side each group is on, by a 64-bit hash of the group's name.
 *
 * The name itself is not kept. Two names with one hash count as one group: they share a side, which breaks no promise, and among
 * ten million names it happens with a chance of 1 in 370,000.
 *
 * Holds 9 bytes a slot, and between 1.7 and 3.4 slots a group: 15 to 30 bytes a group, where a `Map` of the names takes 100 or more.
 */
export class GroupSides {
  #size = 0;
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  /** 0 for a free slot, else 1 + the side's place in `SIDES`. */
  #sides = new Uint8Array(FIRST_SLOTS);

  /** The number of groups known. */
  get size(): number {
    return this.#size;
  }

  /** The side of the group; where it has none yet, the one that `choose` returns, which is remembered. */
  sideOf(group: string, choose: () => Side): Side {
    // Two words of FNV-1a over the UTF-16 code units, from two bases and with two primes.
    let a = 0x811c9dc5;
    let b = 0x9747b28c;
    for (let i = 0; i < group.length; i++) {
      const unit = group.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x5bd1e995);
    }
    const high = spread(a);
    const low = spread(b);

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
