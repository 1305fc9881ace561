import { SIDES, type Side } from '../../../contracts/rows/Row.js';
import { hash64, spread } from './hash64.js';

/** Slots to begin with; a power of two, as every size of the table is. */
const FIRST_SLOTS = 1024;
/** The table grows when it is this full: beyond it, runs of taken slots get long. */
const FULL = 0.6;
/** So many groups are remembered. */
const MOST_GROUPS = 500_000;
/** The most strata that are told apart. */
const MOST_STRATA = 0xffff;

/** The bits of a slot's byte that hold 1 + the place in `SIDES` of the side that the group was put on. */
const DIVIDED = 3;
/** The bit that says that a row of the group came with this side. */
const given = (side: Side): number => 4 << SIDES.indexOf(side);

/**
 * Remembers which side each group is on, by a 64-bit hash of the group's name, and the stratum of its first row.
 *
 * The name itself is not kept. Two names with one hash count as one group: they share a side, which breaks no promise,
 * and among 500,000 names it happens with a chance of 1 in 70 million (the hash being worth 63 bits).
 *
 * Holds 11 bytes a slot, and between 1.7 and 3.4 slots a group: 18 to 37 bytes a group, of at most 500,000 groups.
 * The side of a group that comes after these follows from its hash: it is the same whenever the group comes, and
 * nothing has to be remembered for it.
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
   * @param most how many groups are remembered
   */
  constructor(seed = 0, most = MOST_GROUPS) {
    this.#seed = seed;
    this.#most = most;
  }

  /** The number of groups known. */
  get size(): number {
    return this.#size;
  }

  /** The stratum of the first row of the group that was asked for last, from 0; undefined where it is not known. */
  firstStratum: number | undefined;

  /**
   * The side of the group; where it has none yet, the one that `choose` returns, which is remembered.
   *
   * @param stratum that of the row, from 0
   * @param choose chooses a side; beyond the limit it is given a number from 0 to below 1 that follows from the group
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
    // Of a group that came with a given side before, the slot is there.
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

  /** How many groups have rows that were put on one of the sides, or came with it, and rows that came with another. */
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

  /** The slot where the hash stands, or the free one where it would. */
  #find(high: number, low: number): number {
    const mask = this.#sides.length - 1;
    let slot = low & mask;
    while (this.#sides[slot] !== 0 && !(this.#low[slot] === low && this.#high[slot] === high)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Adds bits to the slot of the group that was looked up last. */
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
