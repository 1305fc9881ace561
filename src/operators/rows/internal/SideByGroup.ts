import { SIDES, type Side } from '../../../contracts/rows/Row.js';
import { hash64, spread } from '../../../text/hash64.js';

/** The initial number of slots. Every size of the table is a power of two. */
const FIRST_SLOTS = 1024;
/** The table grows when this share of its slots is used: beyond it, runs of used slots get long. */
const FULL = 0.6;
/** The number of groups that are remembered. */
const MOST_GROUPS = 500_000;
/** The number of strata that can be told apart. */
const MOST_STRATA = 0xffff;

/** The bits of a slot's byte that hold 1 + the index in `SIDES` of the side that the group was put on. */
const DIVIDED = 3;
/** The bit of a slot's byte that is set if a row of the group came with this side. */
const given = (side: Side): number => 4 << SIDES.indexOf(side);

/**
 * Remembers the side of each group and the stratum of its first row, by a 64-bit hash of the group's name.
 *
 * The name itself is not kept. Two names with the same hash count as one group and share a side, which breaks no
 * guarantee. Among 500,000 names this happens with a probability of 1 in 70 million (the strength of the hash is 63
 * bits).
 *
 * Holds 11 bytes per slot, and has between 1.7 and 3.4 slots per group: 18 to 37 bytes per group, for at most 500,000
 * groups. The side of each later group follows from its hash, so it is the same for every row of the group and needs no
 * memory.
 */
export class SideByGroup {
  readonly #most: number;
  readonly #seed: number;
  #size = 0;
  #high = new Uint32Array(FIRST_SLOTS);
  #low = new Uint32Array(FIRST_SLOTS);
  /** 0 for a free slot. */
  #sides = new Uint8Array(FIRST_SLOTS);
  #strata = new Uint16Array(FIRST_SLOTS);
  readonly #hash = new Uint32Array(2);

  /**
   * @param seed decides the sides of groups beyond the limit
   * @param most the number of groups that are remembered
   */
  constructor(seed = 0, most = MOST_GROUPS) {
    this.#seed = seed;
    this.#most = most;
  }

  /** The number of groups known. */
  get size(): number {
    return this.#size;
  }

  /**
   * The stratum of the first row of the group that was last passed to `sideOf`, from 0; undefined if it is not known.
   */
  firstStratum: number | undefined;

  /**
   * The side of the group. If it has none yet, `choose` chooses one, which is remembered.
   *
   * @param stratum the stratum of the row, from 0
   * @param choose chooses a side; beyond the limit it gets a number from 0 to below 1 that follows from the group's
   * hash
   */
  sideOf(group: string, stratum: number, choose: (fraction?: number) => Side): Side {
    const slot = this.#slotOf(group);
    const known = this.#sides[slot]! & DIVIDED;
    if (known !== 0) {
      const first = this.#strata[slot]!;
      this.firstStratum = first === MOST_STRATA ? undefined : first;
      return SIDES[known - 1]!;
    }
    this.firstStratum = undefined;
    // A group of which a row came with a side already has a slot.
    if (this.#sides[slot] === 0 && this.#size >= this.#most)
      return choose(spread(this.#hash[0]! ^ this.#seed) / 0x100000000);
    const side = choose();
    this.#put(slot, 1 + SIDES.indexOf(side), stratum);
    return side;
  }

  /** Remembers that a row of the group came with a side. */
  mark(group: string, side: Side): void {
    const slot = this.#slotOf(group);
    if (this.#sides[slot] !== 0 || this.#size < this.#most) this.#put(slot, given(side), MOST_STRATA);
  }

  /**
   * The number of groups that have rows put on the first side, or that came with it, and also rows that came with the
   * other side.
   */
  countShared(side: Side, other: Side): number {
    const place = 1 + SIDES.indexOf(side);
    let shared = 0;
    for (const found of this.#sides)
      if (((found & DIVIDED) === place || (found & given(side)) !== 0) && (found & given(other)) !== 0) shared++;
    return shared;
  }

  #slotOf(group: string): number {
    hash64(group, this.#hash);
    return this.#find(this.#hash[0]!, this.#hash[1]!);
  }

  /** The slot of the hash, or the free slot where it would be stored. */
  #find(high: number, low: number): number {
    const mask = this.#sides.length - 1;
    let slot = low & mask;
    while (this.#sides[slot] !== 0 && !(this.#low[slot] === low && this.#high[slot] === high)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Sets bits in the slot of the group that was looked up last. */
  #put(slot: number, bits: number, stratum: number): void {
    let at = slot;
    const high = this.#hash[0]!;
    const low = this.#hash[1]!;
    if (this.#sides[at] === 0) {
      if (this.#size >= this.#sides.length * FULL) {
        this.#grow();
        at = this.#find(high, low);
      }
      this.#size++;
      this.#high[at] = high;
      this.#low[at] = low;
      this.#strata[at] = MOST_STRATA;
    }
    this.#sides[at] = this.#sides[at]! | bits;
    if (this.#strata[at] === MOST_STRATA) this.#strata[at] = Math.min(stratum, MOST_STRATA);
  }

  #grow(): void {
    const [high, low, sides, strata] = [this.#high, this.#low, this.#sides, this.#strata];
    const slots = sides.length * 2;
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#sides = new Uint8Array(slots);
    this.#strata = new Uint16Array(slots);
    for (let slot = 0; slot < sides.length; slot++) {
      if (sides[slot] === 0) continue;
      const at = this.#find(high[slot]!, low[slot]!);
      this.#high[at] = high[slot]!;
      this.#low[at] = low[slot]!;
      this.#sides[at] = sides[slot]!;
      this.#strata[at] = strata[slot]!;
    }
  }
}
