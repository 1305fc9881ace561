import type { ClassRates, RunningScores } from '../../../contracts/live/Learning.js';

/** What scores need of one prediction. */
export interface ScoredPrediction {
  /** The index of the right class. */
  readonly label: number;
  /** The index of the predicted class. */
  readonly predicted: number;
  /** The probability of the predicted class. */
  readonly confidence: number;
  /** The cross-entropy, in nats. */
  readonly loss: number;
}

/**
 * Confidences and losses are added as whole multiples of 2⁻³⁰. Such sums are exact, so a row that leaves the window
 * subtracts exactly what it added. A row's loss is at most 2⁷, and 2¹⁶ rows of it are below 2⁵³.
 */
const UNIT = 2 ** 30;
const counted = (value: number): number => Math.round(value * UNIT);

/** The most rows for which the sums stay exact. */
export const MOST_ROWS = 2 ** 16;

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Scores over the last predictions. They are updated by the row that enters and the row that leaves the window:
 * O(classes + bins) per row, whatever the window's width.
 */
export class ScoreWindow {
  readonly #classes: readonly string[];
  readonly #width: number;
  readonly #bins: number;
  /** The predictions in the window, as a ring: the next one replaces the oldest. */
  readonly #ring: ScoredPrediction[] = [];
  #next = 0;
  #loss = 0;
  readonly #labels: Float64Array;
  readonly #predicted: Float64Array;
  readonly #hits: Float64Array;
  /** Hits minus confidences, by bin of confidence. */
  readonly #gaps: Float64Array;

  constructor(classes: readonly string[], width: number, bins: number) {
    this.#classes = classes;
    this.#width = width;
    this.#bins = bins;
    this.#labels = new Float64Array(classes.length);
    this.#predicted = new Float64Array(classes.length);
    this.#hits = new Float64Array(classes.length);
    this.#gaps = new Float64Array(bins);
  }

  add(row: ScoredPrediction): void {
    const oldest = this.#ring.length < this.#width ? undefined : this.#ring[this.#next];
    if (oldest !== undefined) this.#count(oldest, -1);
    this.#count(row, 1);
    this.#ring[this.#next] = row;
    this.#next = (this.#next + 1) % this.#width;
  }

  get scores(): RunningScores {
    const rows = this.#ring.length;
    let hits = 0;
    let f1 = 0;
    let occurring = 0;
    const classes = this.#classes.map((category, c): ClassRates => {
      const [actual, predicted, right] = [this.#labels[c]!, this.#predicted[c]!, this.#hits[c]!];
      hits += right;
      const rates = {
        category,
        precision: share(right, predicted),
        recall: share(right, actual),
        f1: share(2 * right, actual + predicted),
        share: share(actual, rows),
        predictedShare: share(predicted, rows),
      };
      if (actual + predicted > 0) occurring++;
      f1 += rates.f1;
      return rates;
    });
    const gaps = this.#gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
    return {
      rows,
      accuracy: share(hits, rows),
      macroF1: share(f1, occurring),
      ece: share(gaps / UNIT, rows),
      loss: share(this.#loss / UNIT, rows),
      classes,
    };
  }

  #count({ label, predicted, confidence, loss }: ScoredPrediction, by: 1 | -1): void {
    const hit = label === predicted ? 1 : 0;
    this.#labels[label]! += by;
    this.#predicted[predicted]! += by;
    this.#hits[label]! += by * hit;
    this.#loss += by * counted(loss);
    // The bins are (0, 1/M], (1/M, 2/M], …; a confidence of 0, or one rounded to more than 1, is put into the
    // nearest bin.
    const bin = Math.min(Math.max(Math.ceil(confidence * this.#bins), 1), this.#bins) - 1;
    this.#gaps[bin]! += by * (hit * UNIT - counted(confidence));
  }
}
