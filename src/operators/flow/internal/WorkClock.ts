import { type FlowStageRecord, TIMED_PER_SECOND } from './FlowStageRecord.js';

/** The number of passages that one sample times, one after another. */
const SAMPLE = 32;

/** The mean time from one sample to the next, in milliseconds. */
const SAMPLE_EVERY_MS = 2;

/** The largest number of passages between two samples. A pipeline that becomes slow is sampled again soon. */
const LONGEST_GAP = 50_000;

/** No passage follows it: `#quiet` counts down. */
const NEVER_MARKED = -1;

/** The multiplier and the increment of a linear congruential generator (Numerical Recipes, 1992, section 7.1). */
const [MULTIPLIER, INCREMENT] = [1_664_525, 1_013_904_223];

/**
 * Measures the work of stages with few readings of the clock, because one reading may cost more than the work on a
 * value.
 *
 * A passage is the moment at which a value leaves a stage, or at which the call that passed the value on returns. The
 * time between two passages is the work of one stage. It is known if the clock is read at both. The clock is read
 *
 * - at the first passages of each stage in each interval (`TIMED_PER_SECOND`). So a stage that has few values, each
 *   with much work, is measured exactly.
 * - at samples of `SAMPLE` passages in a row. The gaps between samples have random lengths, so that no pattern of the
 *   values can hide from them.
 *
 * The time of all turns of the event loop is known too: two readings for each turn. The part of it that was not
 * measured exactly is divided among the stages as in the samples.
 *
 * Most passages are not timed. For these `isDue` counts one number down, and nothing else happens.
 */
export class WorkClock {
  readonly now: () => number;
  /** Whether each passage is timed. */
  readonly #always: boolean;
  /** Milliseconds of all turns in this interval. */
  #active = 0;
  /** Milliseconds of this interval that were measured exactly, and those that were measured in samples. */
  #exact = 0;
  #sampled = 0;
  #turnOpen = false;
  #turnBegan = 0;
  /**
   * The number of passages until the present gap between two samples ends. It is 0 in a sample. It is 0 between two
   * turns too, so that the first passage of a turn opens it.
   */
  #quiet = 0;
  /** The value of `#quiet` for the next turn. */
  #quietNext = 0;
  /** The time of the last passage at which the clock was read, and the value of `#quiet` at it. */
  #mark = 0;
  #markedAt = NEVER_MARKED;
  /** Whether the clock was read at the last passage for its stage, and not for a sample. */
  #markExact = false;
  #sampling = false;
  /** The number of passages until the present sample ends. */
  #left = 0;
  #gap = 0;
  #sampleEnded: number;
  #random = 1;

  constructor(now: () => number, always: boolean) {
    this.now = now;
    this.#always = always;
    this.#sampleEnded = now();
  }

  /** Whether a turn of the event loop is measured now. */
  get turnOpen(): boolean {
    return this.#turnOpen;
  }

  /** Counts a passage at a stage. Returns whether it must be told of by `passage`. */
  isDue(at: FlowStageRecord): boolean {
    this.#quiet -= 1;
    return this.#quiet < 0 || at.timings > 0;
  }

  /** Begins to measure a turn of the event loop, at its first passage. Returns the time. */
  openTurn(): number {
    this.#turnOpen = this.#markExact = true;
    this.#markedAt = this.#quietNext;
    this.#quiet = this.#quietNext - 1;
    return (this.#turnBegan = this.#mark = this.now());
  }

  /** Ends the turn. Returns the time. */
  closeTurn(): number {
    const now = this.now();
    this.#active += now - this.#turnBegan;
    // The work after the last passage is the work of no stage.
    if (this.#markedAt === this.#quiet) this.#add(now - this.#mark, undefined);
    this.#turnOpen = false;
    this.#quietNext = this.#quiet;
    this.#quiet = 0;
    return now;
  }

  /**
   * Records a passage that is due.
   *
   * @param at the stage that the value leaves
   * @param worked the stage that has worked since the last passage
   * @returns whether the clock was read
   */
  passage(at: FlowStageRecord, worked: FlowStageRecord): boolean {
    const followsMark = this.#quiet === this.#markedAt - 1;
    if (this.#quiet < 0) this.#sample();
    const exact = at.timings > 0;
    if (!exact && !this.#sampling) {
      this.#markedAt = NEVER_MARKED;
      return false;
    }
    const now = this.now();
    const wasExact = this.#markExact;
    this.#markExact = exact;
    if (exact && !this.#always) at.timings -= 1;
    if (followsMark) this.#add(now - this.#mark, worked, wasExact);
    this.#mark = now;
    this.#markedAt = this.#quiet;
    return true;
  }

  /** The work of a stage in this interval, in milliseconds. */
  workOf({ exact, sampled }: FlowStageRecord): number {
    if (this.#sampled > 0) return exact + (Math.max(0, this.#active - this.#exact) * sampled) / this.#sampled;
    return this.#exact > 0 ? (exact * this.#active) / this.#exact : 0;
  }

  /** Begins an interval, after one of so many milliseconds. */
  restart(stages: Iterable<FlowStageRecord>, ms: number): void {
    for (const stage of stages) {
      stage.exact = stage.sampled = 0;
      stage.timings = Math.max(stage.timings, Math.ceil((TIMED_PER_SECOND * Math.min(ms, 1000)) / 1000));
    }
    this.#active = this.#exact = this.#sampled = 0;
    // A turn that is still open belongs to the interval in which it ends.
    this.#sampling = false;
    this.#quiet = this.#quietNext = 0;
    this.#markedAt = NEVER_MARKED;
  }

  #add(ms: number, stage: FlowStageRecord | undefined, wasExact = this.#markExact): void {
    if (this.#markExact && wasExact) {
      this.#exact += ms;
      if (stage !== undefined) stage.exact += ms;
    } else {
      this.#sampled += ms;
      if (stage !== undefined) stage.sampled += ms;
    }
  }

  /** Begins a sample, counts a passage of it, or begins the gap after it. */
  #sample(): void {
    this.#quiet = 0;
    if (!this.#sampling) {
      this.#sampling = true;
      this.#left = SAMPLE;
      return;
    }
    if (--this.#left >= 0) return;
    const now = this.now();
    const perMs = (this.#gap + SAMPLE) / Math.max(now - this.#sampleEnded, Number.EPSILON);
    this.#sampleEnded = now;
    // At most eight times as long as the gap before: one slow clock must not end the samples.
    const mean = Math.min(perMs * SAMPLE_EVERY_MS - SAMPLE, 8 * (this.#gap + SAMPLE), LONGEST_GAP);
    this.#random = (Math.imul(this.#random, MULTIPLIER) + INCREMENT) >>> 0;
    this.#gap = Math.max(0, Math.floor(mean * (0.5 + this.#random / 2 ** 32)));
    this.#sampling = this.#gap === 0;
    this.#left = SAMPLE;
    this.#quiet = this.#gap;
  }
}
