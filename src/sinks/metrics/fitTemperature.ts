import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The rows that a temperature is fitted on: logits or probabilities, with the true classes. */
export type TemperatureInput = {
  /** The class index of each row, shape [B]. */
  readonly labels: ArrayLike<number>;
} & (
  | { /** Row-major, shape [B, C]. */ readonly logits: ArrayLike<number>; readonly probabilities?: undefined }
  | { /** Row-major, shape [B, C]. */ readonly probabilities: ArrayLike<number>; readonly logits?: undefined }
);

/** Options of `fitTemperature`. */
export interface FitTemperatureOptions {
  /**
   * Whether to smooth the targets, as Platt does: with N rows, the true class of a row has the target (N + 1) / (N +
   * 2), and the other classes share the rest. This limits the confidence if there are few rows, or if the model is
   * right in all of them. Default false.
   */
  readonly smooth?: boolean | undefined;
}

/** A fitted temperature. */
export interface FittedTemperature {
  /** The number that logits are divided by, from 0.05 to 20. Above 1 if the model is overconfident. */
  readonly temperature: number;
  /** The mean negative log-likelihood of the rows without the temperature, in nats. */
  readonly before: number;
  /** The same with the temperature, in nats. Never above `before`, except with `smooth`. */
  readonly after: number;
  /** The number of rows that it was fitted on. */
  readonly rows: number;
}

/**
 * If a model is right in every row, the likelihood grows without bound as the temperature falls: the search stops here.
 */
const LEAST = 0.05;
const MOST = 20;
/** The logarithm that stands for a probability that float32 rounded to 0. */
const LOG_OF_ZERO = -103.972_077;
/** More than enough: if a Newton step is not possible, the interval is halved. */
const ITERATIONS = 60;

/** The logits of the rows, each minus the largest of its row, so that no exponential overflows. */
const logitsOf = ({ logits, probabilities, labels }: TemperatureInput, classes: number): Float64Array => {
  const values = logits ?? probabilities;
  const shifted = new Float64Array(values.length);
  for (let b = 0; b < labels.length; b++) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) {
      const value = values[b * classes + c]!;
      const logit = logits === undefined ? (value > 0 ? Math.log(value) : value === 0 ? LOG_OF_ZERO : NaN) : value;
      if (!Number.isFinite(logit))
        throw new HeadwaterError(
          'HW_NUMERIC',
          `fitTemperature: the ${logits === undefined ? 'probability' : 'logit'} of class ${c} in row ${b} ` +
            `is ${value}. Give finite ${logits === undefined ? 'probabilities of at least 0' : 'logits'}.`,
        );
      shifted[b * classes + c] = logit;
      largest = Math.max(largest, logit);
    }
    for (let c = 0; c < classes; c++) shifted[b * classes + c]! -= largest;
  }
  return shifted;
};

/**
 * The derivative by β of each row's target term: the logit of its class or, with `smooth`, the mean of the logits
 * weighted by the smoothed targets.
 */
const truthsOf = (logits: Float64Array, labels: ArrayLike<number>, classes: number, smooth: boolean): Float64Array => {
  const rows = labels.length;
  const doubt = smooth && classes > 1 ? 1 / (rows + 2) : 0;
  return Float64Array.from({ length: rows }, (_, b) => {
    const own = logits[b * classes + labels[b]!]!;
    if (doubt === 0) return own;
    let others = -own;
    for (let c = b * classes; c < (b + 1) * classes; c++) others += logits[c]!;
    return (1 - doubt) * own + (doubt * others) / (classes - 1);
  });
};

/** The mean negative log-likelihood at β = 1 / T, with its first and second derivatives by β. */
const likelihoodAt = (
  beta: number,
  logits: Float64Array,
  truths: Float64Array,
  classes: number,
): { readonly loss: number; readonly slope: number; readonly curvature: number } => {
  let loss = 0;
  let slope = 0;
  let curvature = 0;
  for (let b = 0; b < truths.length; b++) {
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let c = b * classes; c < (b + 1) * classes; c++) {
      const z = logits[c]!;
      const e = Math.exp(beta * z);
      sum += e;
      first += e * z;
      second += e * z * z;
    }
    const truth = truths[b]!;
    const mean = first / sum;
    loss += Math.log(sum) - beta * truth;
    slope += mean - truth;
    curvature += second / sum - mean * mean;
  }
  const rows = truths.length;
  return { loss: loss / rows, slope: slope / rows, curvature: curvature / rows };
};

/**
 * Fits a temperature: the number T for which softmax(logits / T) gives the true classes the highest likelihood.
 *
 * It changes how confident a model is, but never which class is the most probable. Fit it on validation rows: on its
 * training rows a model is overconfident.
 *
 *     T = argmin Σ_b −log softmax(z_b / T)[y_b]
 *
 * The log-likelihood is concave in 1 / T, so Newton's method on 1 / T, kept within bounds, finds the only maximum.
 * Probabilities can be used in place of logits: their logarithms are the logits plus a constant per row, which softmax
 * ignores.
 *
 * @param input the logits or probabilities of B rows, and the class indices of the rows
 * @param options how it is fitted
 * @throws HeadwaterError `HW_EMPTY` if there are no rows, `HW_USAGE` if the two lists do not match, `HW_LABEL` for a
 * class
 *   without a logit, `HW_NUMERIC` for a value that is not finite
 * @see C. Guo and others, On calibration of modern neural networks. ICML 2017.
 * @see J. Platt, Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers, 1999, for
 *   `smooth`.
 * @see temper, which applies it; temperature, which fits it on evaluated batches; reliability, which shows its effect
 *
 * @example
 * ```ts
 * import { fitTemperature } from 'headwater';
 * // Sure of each row by 98 %, and right in three of four:
 * const fitted = fitTemperature({ logits: [4, 0, 4, 0, 4, 0, 4, 0], labels: [0, 0, 0, 1] });
 * fitted.temperature; // 3.64: the probabilities become 0.75 and 0.25
 * ```
 */
export const fitTemperature = (input: TemperatureInput, options: FitTemperatureOptions = {}): FittedTemperature => {
  checkOptions('fitTemperature', options, 'input, { smooth: true }');
  const { smooth = false } = options;
  checkArgument('fitTemperature', 'input', input, 'an object such as { logits, labels }', ['labels']);
  checkTypes('fitTemperature', { smooth }, { smooth: 'boolean' });

  const { labels } = input;
  const values = input.logits ?? input.probabilities;
  const rows = labels.length;
  if (rows === 0)
    throw new HeadwaterError('HW_EMPTY', 'There are no rows to fit a temperature on. Give it validation rows.');
  const classes = values.length / rows;
  if (!Number.isInteger(classes) || classes < 1)
    throw new HeadwaterError(
      'HW_USAGE',
      `fitTemperature: ${values.length} values were given for ${rows} rows. Give one for each class of each row.`,
    );
  for (let b = 0; b < rows; b++) {
    const label = labels[b]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new HeadwaterError(
        'HW_LABEL',
        `fitTemperature: the class ${label} of row ${b} is not one of the ${classes} that there are values for.`,
      );
  }
  const logits = logitsOf(input, classes);
  const truths = truthsOf(logits, labels, classes, smooth);
  const at = (beta: number) => likelihoodAt(beta, logits, truths, classes);
  const before = at(1);
  let low = 1 / MOST;
  let high = 1 / LEAST;
  let beta = 1;
  let here = before;
  for (let i = 0; i < ITERATIONS && here.slope !== 0 && high - low > 1e-12 * high; i++) {
    if (here.slope > 0) high = beta;
    else low = beta;
    const newton = beta - here.slope / here.curvature;
    // The Newton step leaves the interval, or is not a number because the curvature is 0.
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === beta) break;
    beta = next;
    here = at(beta);
  }
  // If there was nothing to gain, rounding may leave the loss above the one at T = 1.
  const temperature = here.loss < before.loss ? Math.min(Math.max(1 / beta, LEAST), MOST) : 1;
  if (!smooth) return { temperature, before: before.loss, after: Math.min(here.loss, before.loss), rows };
  const plain = truthsOf(logits, labels, classes, false);
  const lossAt = (T: number): number => likelihoodAt(1 / T, logits, plain, classes).loss;
  return { temperature, before: lossAt(1), after: lossAt(temperature), rows };
};
