import type { LivePrediction } from '../../contracts/live/Live.js';
import { LabelComparison, type LabelComparisonView } from './LabelComparison.js';
import { ModelFigures, type ModelFiguresView } from './ModelFigures.js';

/** A headline for which two models predict different classes. */
export interface Difference {
  readonly title: string;
  readonly class: string;
  readonly candidate: string;
}

/** The results of a comparison. */
export interface CandidateCounts {
  /** The number of headlines that both models classified: all of a shadow, and a sample of a canary. */
  readonly compared: number;
  readonly agreed: number;
  /** The number of headlines that were not compared, because the shadow was behind. */
  readonly leftOut: number;
  /** The last headlines with different predictions, the newest first. */
  readonly differences: readonly Difference[];
  /** The model in use: the compared headlines of a shadow, or the headlines that it answered beside a canary. */
  readonly inUse: ModelFiguresView;
  readonly candidate: ModelFiguresView;
  /** Both models on the labels that were given since the comparison began. */
  readonly labels: LabelComparisonView;
}

/** The maximum number of different headlines that are kept. */
const KEPT = 20;

/** Compares the model in use with a candidate: what each does, how often they agree, and which is right more often. */
export class Comparison {
  readonly inUse = new ModelFigures();
  readonly candidate = new ModelFigures();
  readonly labels = new LabelComparison();
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
      inUse: this.inUse.view,
      candidate: this.candidate.view,
      labels: this.labels.view,
    };
  }
}
