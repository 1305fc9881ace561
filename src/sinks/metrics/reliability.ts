import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';
import type { EvaluatedBatch } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Options of `reliability`. */
export interface ReliabilityOptions {
  /** The number of bins of equal width for confidences from 0 to 1. A whole number from 1 to 10,000. Default 15. */
  readonly bins?: number | undefined;
  /** The share of predictions that must be right from `sure.confidence` on, above 0 and at most 1. Default 0.95. */
  readonly right?: number | undefined;
}

/** The predictions in one range of confidences. */
export interface ReliabilityBin {
  /** The range: `from` is included, `to` is excluded (but included in the last bin). */
  readonly from: number;
  readonly to: number;
  /** The number of predictions in the range. */
  readonly rows: number;
  /** Their mean confidence; NaN if there are none. */
  readonly confidence: number;
  /** The share of them that is right; NaN if there are none. */
  readonly accuracy: number;
}

/** The confidence from which predictions are reliable. */
export interface SureFrom {
  /** The lowest confidence, a multiple of 0.0001. Usable as `--min-probability`. */
  readonly confidence: number;
  /** The number of predictions with at least this confidence. */
  readonly rows: number;
  /** The share of them that is right. */
  readonly accuracy: number;
}

/** How well a model's confidence matches how often it is right. */
export interface Reliability {
  readonly rows: number;
  /** The share of all predictions that is right. NaN if there were no rows, like the two means below. */
  readonly accuracy: number;
  /** The mean confidence: the probability of the predicted class. */
  readonly confidence: number;
  /** The expected calibration error: the mean over the rows of |accuracy − confidence| of their bin. */
  readonly ece: number;
  /** The bins of a reliability diagram, from 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
  /**
   * The lowest confidence from which the wanted share of predictions is right. Undefined if there is none with at least
   * 20 predictions.
   */
  readonly sure: SureFrom | undefined;
}

/** The number of confidence levels for the search of a threshold. */
const CELLS = 10_000;
/** With fewer predictions, a share of 95 % is not meaningful. */
const LEAST_SURE = 20;

/** The cell of a confidence: the last one whose lower end is not above it. */
const cellOf = (confidence: number, cells: number): number => {
  const cell = Math.min(cells - 1, Math.floor(confidence * cells));
  // The product is rounded, but a threshold is compared with the confidence itself.
  if (cell / cells > confidence) return cell - 1;
  return cell + 1 < cells && (cell + 1) / cells <= confidence ? cell + 1 : cell;
};

/** The counts for each range of confidences. */
class Counts {
  readonly rows: Float64Array;
  readonly right: Float64Array;
  readonly confidence: Float64Array;

  constructor(cells: number) {
    this.rows = new Float64Array(cells);
    this.right = new Float64Array(cells);
    this.confidence = new Float64Array(cells);
  }

  add(confidence: number, right: boolean): void {
    const cell = cellOf(confidence, this.rows.length);
    this.rows[cell]! += 1;
    this.right[cell]! += right ? 1 : 0;
    this.confidence[cell]! += confidence;
  }
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** The lowest confidence from which at least the wanted share is right. */
const sureFrom = ({ rows, right }: Counts, wanted: number): SureFrom | undefined => {
  let sure: SureFrom | undefined;
  let above = 0;
  let rightAbove = 0;
  for (let cell = CELLS - 1; cell >= 0; cell--) {
    if (rows[cell] === 0) continue;
    above += rows[cell]!;
    rightAbove += right[cell]!;
    if (above >= LEAST_SURE && rightAbove >= wanted * above)
      sure = { confidence: cell / CELLS, rows: above, accuracy: rightAbove / above };
  }
  return sure;
};

class Sums {
  readonly #bins: Counts;
  readonly #cells = new Counts(CELLS);

  constructor(bins: number) {
    this.#bins = new Counts(bins);
  }

  add({ labels, predicted, probabilities }: EvaluatedBatch): this {
    const classes = probabilities.length / labels.length;
    for (let b = 0; b < labels.length; b++) {
      const confidence = probabilities[b * classes + predicted[b]!];
      if (confidence === undefined || !(confidence >= 0 && confidence <= 1.001))
        throw new HeadwaterError(
          'HW_NUMERIC',
          `reliability: the probability of the class predicted for row ${b} ` +
            `of a batch is ${confidence}, and must be from 0 to 1.`,
        );
      const right = predicted[b] === labels[b];
      this.#bins.add(confidence, right);
      this.#cells.add(confidence, right);
    }
    return this;
  }

  reliability(wanted: number): Reliability {
    const { rows, right, confidence } = this.#bins;
    const all = sum(rows);
    const count = rows.length;
    const bins = Array.from(rows, (inBin, i): ReliabilityBin => ({
      from: i / count,
      to: (i + 1) / count,
      rows: inBin,
      confidence: confidence[i]! / inBin,
      accuracy: right[i]! / inBin,
    }));
    const gaps = rows.map((_, i) => Math.abs(right[i]! - confidence[i]!));
    return {
      rows: all,
      accuracy: sum(right) / all,
      confidence: sum(confidence) / all,
      ece: sum(gaps) / all,
      bins,
      sure: sureFrom(this.#cells, wanted),
    };
  }
}

/**
 * Measures whether predictions are right as often as their probabilities say: the expected calibration error, the bins
 * of a reliability diagram, and the confidence from which 95 % of the predictions are right.
 *
 * A reducing sink: it adds up the evaluated batches and emits one result after the last one. The confidence of a
 * prediction is the probability of the predicted class.
 *
 *     ECE = Σ_bins rows/N · |accuracy − mean confidence|
 *
 * ```marbles
 * source: --e---e---e--|
 *         reliability()
 * result: -------------(r|)
 * ```
 *
 * - For an empty stream the result has 0 rows, means that are NaN, and no `sure`.
 * - Memory: counts; no rows.
 * - Errors: those of the source, at once; `HW_NUMERIC` if a probability is not between 0 and 1.
 *
 * @param options the number of bins, and the wanted share of right predictions
 * @throws HeadwaterError `HW_USAGE` at once for an invalid option
 * @see M. P. Naeini and others, Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015.
 * @see temperature, which calibrates probabilities
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { evaluate, reliability } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * of(labelledBatch({ seed: 1 }))
 *   .pipe(evaluate(recordingModel()), reliability({ bins: 10 }))
 *   .subscribe(({ ece, bins, sure }) => console.log(ece, bins.length, sure?.confidence));
 * ```
 */
export const reliability = (options: ReliabilityOptions = {}): OperatorFunction<EvaluatedBatch, Reliability> => {
  checkOptions('reliability', options, '{ bins: 10 }');
  const { bins = 15, right = 0.95 } = options;
  checkWhole('reliability', 'bins', bins, 1, CELLS);
  checkNumber('reliability', 'right', right, { above: 0, to: 1 });
  return (source) =>
    // Deferred, so that each subscriber has its own counts.
    defer(() =>
      source.pipe(
        reduce((sums, batch) => sums.add(batch), new Sums(bins)),
        map((sums) => sums.reliability(right)),
      ),
    );
};
