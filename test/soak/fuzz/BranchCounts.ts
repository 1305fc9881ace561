/** How many branches the counters have room for: the readers have about 5,300. All are looked at after each input. */
export const MOST_BRANCHES = 1 << 13;

/** The global name of the counters, one byte for each branch of `src`. The code of `countBranches` adds to them. */
export const COUNTERS = '__headwaterBranches';

/** The bit of each count: once, twice, three times, and then ranges of counts. So a longer loop is new, too. */
const BIT_OF_COUNT = Uint8Array.from({ length: 256 }, (_, count) =>
  count === 0 ? 0 : count < 4 ? 1 << (count - 1) : 1 << Math.min(7, 1 + Math.floor(Math.log2(count))),
);

/**
 * Tells whether an input reached a branch that no input before it reached, or reached it more often.
 *
 * Inputs that do are worth mutating again: this makes the fuzzing guided by coverage, without a package that must be
 * compiled for each machine.
 */
export class BranchCounts {
  readonly #counts = new Uint8Array(MOST_BRANCHES);
  /** Four counters at a time: most are 0. Eight at a time would be a BigInt each, which takes longer. */
  readonly #fours = new Uint32Array(this.#counts.buffer);
  /** For each branch, the bits of the counts so far. */
  readonly #seen = new Uint8Array(MOST_BRANCHES);

  constructor() {
    (globalThis as Record<string, unknown>)[COUNTERS] = this.#counts;
  }

  /** Forgets what ran since the last call of `isNew`. */
  reset(): void {
    this.#counts.fill(0);
  }

  /** Whether anything ran since the last call that is new. */
  isNew(): boolean {
    let isNew = false;
    for (let four = 0; four < this.#fours.length; four++) {
      if (this.#fours[four] === 0) continue;
      for (let at = four * 4; at < four * 4 + 4; at++) {
        const bit = BIT_OF_COUNT[this.#counts[at] ?? 0] ?? 0;
        const seen = this.#seen[at] ?? 0;
        if ((seen & bit) === bit) continue;
        this.#seen[at] = seen | bit;
        isNew = true;
      }
      this.#fours[four] = 0;
    }
    return isNew;
  }

  /** How many branches have run. */
  get reached(): number {
    return this.#seen.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0);
  }
}
