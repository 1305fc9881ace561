import type { ScoreCounts } from '../../../contracts/training/Checkpoint.js';

/**
 * Counts how many predictions of validation rows are right.
 *
 * A row whose probabilities are NaN counts as predicted wrong, because a training continues after an epoch whose loss
 * is NaN.
 */
export class ValidationScores {
  readonly #classes: number;
  /** Rows per class: with this label, with this prediction, and with both. */
  readonly #labels: Float64Array;
  readonly #predicted: Float64Array;
  readonly #hits: Float64Array;
  #rows = 0;

  /**
   * @param classes the number of classes
   * @param from the counts to continue from
   */
  constructor(classes: number, from?: ScoreCounts) {
    this.#classes = classes;
    const counts = (before: readonly number[] | undefined): Float64Array =>
      Float64Array.from({ length: classes }, (_, c) => before?.[c] ?? 0);
    this.#labels = counts(from?.labels);
    this.#predicted = counts(from?.predicted);
    this.#hits = counts(from?.hits);
    this.#rows = from?.rows ?? 0;
  }

  /** A copy of the counts. */
  get counts(): ScoreCounts {
    return {
      rows: this.#rows,
      labels: Array.from(this.#labels),
      predicted: Array.from(this.#predicted),
      hits: Array.from(this.#hits),
    };
  }

  /**
   * Counts a batch.
   *
   * @param labels each row's class index, shape [B]
   * @param probabilities row-major, shape [B, C]
   */
  add(labels: Int32Array, probabilities: Float32Array): void {
    this.#rows += labels.length;
    labels.forEach((label, row) => {
      this.#labels[label]!++;
      const predicted = this.#mostProbable(probabilities, row * this.#classes);
      if (predicted === undefined) return;
      this.#predicted[predicted]!++;
      if (predicted === label) this.#hits[label]!++;
    });
  }

  /** The share of the rows whose most probable class is their label. */
  get accuracy(): number {
    return this.#hits.reduce((sum, hits) => sum + hits, 0) / this.#rows;
  }

  /** The mean F1, 2·hits / (labels + predicted), of the classes that occur. */
  get macroF1(): number {
    let sum = 0;
    let occurring = 0;
    for (let c = 0; c < this.#classes; c++) {
      const occurrences = this.#labels[c]! + this.#predicted[c]!;
      if (occurrences === 0) continue;
      sum += (2 * this.#hits[c]!) / occurrences;
      occurring++;
    }
    return sum / occurring;
  }

  /** The most probable class, the first of equals; undefined if all are NaN. */
  #mostProbable(probabilities: Float32Array, offset: number): number | undefined {
    let best: number | undefined;
    for (let c = 0; c < this.#classes; c++) {
      const probability = probabilities[offset + c]!;
      if (!Number.isNaN(probability) && (best === undefined || probability > probabilities[offset + best]!)) best = c;
    }
    return best;
  }
}
