import type { LivePrediction } from '../../contracts/live/Live.js';

/** A headline for which two models predict different classes. */
export interface Difference {
  readonly title: string;
  readonly class: string;
  readonly candidate: string;
}

/** The results of a comparison. */
export interface CandidateCounts {
  readonly compared: number;
  readonly agreed: number;
  /** The number of headlines that were not compared, because the candidate was behind. */
  readonly leftOut: number;
  /** The last headlines with different predictions, the newest first. */
  readonly differences: readonly Difference[];
}

/** The maximum number of different headlines that are kept. */
const KEPT = 20;

/** Counts how often two models agree. */
export class Comparison {
  #compared = 0;
  #agreed = 0;
  #leftOut = 0;
  #differences: readonly Difference[] = [];

  /** Adds the predictions of both models for the same headlines. */
  add(ours: readonly LivePrediction[], theirs: readonly LivePrediction[]): void {
    ours.forEach(({ headline: { title }, category }, index) => {
      const other = theirs[index]?.category;
      if (other === undefined) return;
      this.#compared += 1;
      if (other === category) this.#agreed += 1;
      else this.#differences = [{ title, class: category, candidate: other }, ...this.#differences].slice(0, KEPT);
    });
  }

  /** Counts headlines that are not compared. */
  leaveOut(headlines: number): void {
    this.#leftOut += headlines;
  }

  view(): CandidateCounts {
    return {
      compared: this.#compared,
      agreed: this.#agreed,
      leftOut: this.#leftOut,
      differences: this.#differences,
    };
  }
}
