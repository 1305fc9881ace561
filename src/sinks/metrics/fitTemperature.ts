import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** What a temperature is fitted on: either logits or probabilities, with the classes that the rows have. */
export type TemperatureInput = {
  /** Each row's class index, shape [B]. */
  readonly labels: ArrayLike<number>;
} & (
  | { /** Row-major, shape [B, C]. */ readonly logits: ArrayLike<number>; readonly probabilities?: undefined }
  | { /** Row-major, shape [B, C]. */ readonly probabilities: ArrayLike<number>; readonly logits?: undefined }
);

/** How a temperature is fitted. */
export interface FitTemperatureOptions {
  /**
   * Whether each row counts as its class by (N + 1) / (N + 2) alone, and the rest is shared by the other classes, as Platt
   * has it: then few rows, or rows that a model is all right in, do not make it too sure. Default false.
   */
  readonly smooth?: boolean | undefined;
}

/** A fitted temperature. */
export interface FittedTemperature {
  /** What logits are to be divided by, from 0.05 to 20: above 1 where the model is too sure of itself. */
  readonly temperature: number;
  /** The mean negative log-likelihood of the rows before, in nats. */
  readonly before: number;
  /** The same with the temperature, in nats; never above `before` but with `smooth`. */
  readonly after: number;
  /** The rows that it was fitted on. */
  readonly rows: number;
}

/** Where a model is right in every row the likelihood rises without end: the search stops here. */
const LEAST = 0.05;
const MOST = 20;
/** The logarithm of a probability that float32 rounded to 0. */
const LOG_OF_ZERO = -103.972_077;
/** More than enough: a step that Newton's method cannot make halves the interval. */
const ITERATIONS = 60;

/** The rows as logits, each less its largest: so no exponential overflows. */
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
          `fitTemperature: the ${logits === undefined ? 'probability' : 'logit'} of class ${c} in row ${b} is ${value}. Give finite ${logits === undefined ? 'probabilities of at least 0' : 'logits'}.`,
        );
      shifted[b * classes + c] = logit;
      largest = Math.max(largest, logit);
    }
    for (let c = 0; c < classes; c++) shifted[b * classes + c]! -= largest;
  }
  return shifted;
};

/** What each row's share of the likelihood grows by with β: the logit of its class, or with `smooth` mostly that one. */
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

/** The mean negative log-likelihood at β = 1 / T, with its first and second derivative by β. */
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
 * Fits a temperature: the one number T for which softmax(logits / T) gives the rows' classes the highest likelihood.
 *
 * It changes how sure a model is, never which class is the most probable. Fit it on validation rows: a model is too
 * sure of the rows that it was trained on.
 *
 *     T = argmin Σ_b −log softmax(z_b / T)[y_b]
 *
 * The likelihood is concave in 1 / T, so Newton's method on 1 / T, kept within bounds, finds the one best.
 * Probabilities do as well as logits: their logarithms are the logits, but for a number a row that softmax ignores.
 *
 * @param input the logits or the probabilities of B rows, and the rows' class indices
 * @param options how it is fitted
 * @throws HeadwaterError `HW_EMPTY` when there are no rows, `HW_USAGE` when the two lists do not fit, `HW_LABEL` for a
 *   class that has no logit, `HW_NUMERIC` for a value that is not finite
 * @see C. Guo and others, On calibration of modern neural networks. ICML 2017.
 * @see J. Platt, Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers, 1999, for `smooth`.
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
export const fitTemperature = (
  input: TemperatureInput,
  { smooth = false }: FitTemperatureOptions = {},
): FittedTemperature => {
  checkArgument('fitTemperature', 'input', input, 'an object such as { logits, labels }', ['labels']);

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
    // Outside the interval, or no number where nothing varies.
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === beta) break;
    beta = next;
    here = at(beta);
  }
  // Rounding may leave it above where nothing was to be gained.
  const temperature = here.loss < before.loss ? Math.min(Math.max(1 / beta, LEAST), MOST) : 1;
  if (!smooth) return { temperature, before: before.loss, after: Math.min(here.loss, before.loss), rows };
  const plain = truthsOf(logits, labels, classes, false);
  const lossAt = (T: number): number => likelihoodAt(1 / T, logits, plain, classes).loss;
  return { temperature, before: lossAt(1), after: lossAt(temperature), rows };
};
