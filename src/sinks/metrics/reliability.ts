import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { checkNumber, checkWhole } from '../../contracts/checkOption.js';
import type { EvaluatedBatch } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** How reliability is measured. */
export interface ReliabilityOptions {
  /** The bins of equal width that confidences from 0 to 1 fall into. A whole number from 1 to 10,000. Default 15. */
  readonly bins?: number | undefined;
  /** The share of predictions that is to be right above `sure.confidence`, above 0 and at most 1. Default 0.95. */
  readonly right?: number | undefined;
}

/** The predictions of one range of confidences. */
export interface ReliabilityBin {
  /** The range: from this, which belongs to it; up to `to`, which belongs to the last bin alone. */
  readonly from: number;
  readonly to: number;
  /** The predictions in it. */
  readonly rows: number;
  /** Their mean confidence; NaN where there are none. */
  readonly confidence: number;
  /** The share of them that is right; NaN where there are none. */
  readonly accuracy: number;
}

/** From which confidence on predictions can be relied on. */
export interface SureFrom {
  /** The least confidence: a multiple of 0.0001. For `--min-probability`. */
  readonly confidence: number;
  /** The predictions that are at least so confident. */
  readonly rows: number;
  /** The share of them that is right. */
  readonly accuracy: number;
}

/** How far a model's confidence says how often it is right. */
export interface Reliability {
  readonly rows: number;
  /** The share of all predictions that is right; NaN where there were no rows, as are the two means below. */
  readonly accuracy: number;
  /** The mean confidence: the probability of the predicted class. */
  readonly confidence: number;
  /** The expected calibration error: the mean over the rows of |accuracy − confidence| of their bin. */
  readonly ece: number;
  /** The bins of a reliability diagram, from 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
  /**
   * The lowest confidence from which on the wanted share of predictions is right; undefined where no 20 predictions are
   * so good.
   */
  readonly sure: SureFrom | undefined;
}

/** The confidences that are told apart where a threshold is looked for. */
const CELLS = 10_000;
/** Of fewer predictions a share of 95 % says nothing. */
const LEAST_SURE = 20;

/** The cell that a confidence falls into: the last whose lower end is not above it. */
const cellOf = (confidence: number, cells: number): number => {
  const cell = Math.min(cells - 1, Math.floor(confidence * cells));
  // The product is rounded, and a threshold is compared with the confidence itself.
  if (cell / cells > confidence) return cell - 1;
  return cell + 1 < cells && (cell + 1) / cells <= confidence ? cell + 1 : cell;
};

/** What is counted for each range of confidences. */
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

/** The lowest confidence from which on so large a share is right. */
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
          `reliability: the probability of the class predicted for row ${b} of a batch is ${confidence}, and must be from 0 to 1.`,
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
 * of a reliability diagram, and the confidence from which on 95 % of the predictions are right.
 *
 * A reducing sink: it adds up every evaluated batch and emits one result when the batches have ended. The confidence of
 * a prediction is the probability of its class.
 *
 *     ECE = Σ_bins rows/N · |accuracy − mean confidence|
 *
 * ```marbles
 * source: --e---e---e--|
 *         reliability()
 * result: -------------(r|)
 * ```
 *
 * - Of an empty stream the result has 0 rows, means that are NaN, and no `sure`.
 * - It holds counts, and no rows.
 * - Errors: those of the source, at once; `HW_NUMERIC` when a probability is none.
 *
 * @param options the number of bins, and the share that is to be right
 * @throws HeadwaterError `HW_USAGE` at once for options that cannot work
 * @see M. P. Naeini and others, Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015.
 * @see temperature, which makes probabilities say how often they are right
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
export const reliability = ({ bins = 15, right = 0.95 }: ReliabilityOptions = {}): OperatorFunction<
  EvaluatedBatch,
  Reliability
> => {
  checkWhole('reliability', 'bins', bins, 1);
  checkNumber('reliability', 'bins', bins, { from: 1, to: CELLS });
  checkNumber('reliability', 'right', right, { above: 0, to: 1 });
  return (source) =>
    // Deferred, for every subscriber counts for itself.
    defer(() =>
      source.pipe(
        reduce((sums, batch) => sums.add(batch), new Sums(bins)),
        map((sums) => sums.reliability(right)),
      ),
    );
};
