import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** How two models answered the same rows. */
export interface AnswersCompared {
  readonly rows: number;
  /** The number of rows that both answered alike, right or wrong. */
  readonly alike: number;
  readonly bothRight: number;
  /** The number of rows that only the first model answered right, and the same for the second. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothWrong: number;
  /**
   * The two-sided p-value of McNemar's test, from 0 to 1: the probability of a difference at least this large between
   * two models that are right equally often. Below 0.05 the difference is commonly called significant.
   */
  readonly p: number;
}

/** The test is exact up to this number of rows. */
const MOST_EXACT = 1000;

/** 1 − erf(x) for x ≥ 0, accurate to 1.2e-7 (W. H. Press and others, Numerical recipes, 2nd edition, § 6.2). */
const complementaryError = (x: number): number => {
  const t = 1 / (1 + x / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  return t * Math.exp(-x * x + terms.reduceRight((sum, term) => sum * t + term, 0));
};

/**
 * McNemar's test: whether two models differ in how often they are right, judged by the rows that only one of them
 * answered right.
 *
 * If the models were equally good, each such row would belong to the first one with probability ½. Up to 1,000 such
 * rows the test is exact, by the binomial distribution. Above that it is the chi-squared test with Edwards's
 * correction.
 *
 * @param onlyFirst the number of rows that only the first model answered right
 * @param onlySecond the number of rows that only the second model answered right
 * @returns the two-sided p-value, from 0 to 1; 1 if there are no such rows
 * @see Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages.
 *   Psychometrika 1947.
 *
 * @example
 * ```ts
 * import { mcNemar } from 'headwater';
 * mcNemar(10, 2); // 0.0386
 * ```
 */
export const mcNemar = (onlyFirst: number, onlySecond: number): number => {
  const rows = onlyFirst + onlySecond;
  if (rows === 0) return 1;
  if (rows > MOST_EXACT) return complementaryError((Math.abs(onlyFirst - onlySecond) - 1) / Math.sqrt(2 * rows));
  const fewer = Math.min(onlyFirst, onlySecond);
  let logTerm = -rows * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log((rows - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
};

/**
 * Compares the answers of two models to the same rows: how often they agree, which of them is right where they differ,
 * and whether the difference is significant.
 *
 * @param labels the class of each row
 * @param first the first model's answer to each row
 * @param second the second model's answer to each row
 * @throws HeadwaterError `HW_USAGE` if the lists differ in length
 *
 * @example
 * ```ts
 * import { compareAnswers } from 'headwater';
 * compareAnswers([0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]); // alike 2, bothRight 1, onlyFirst 1, onlySecond 1, …
 * ```
 */
export const compareAnswers = (
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): AnswersCompared => {
  checkArgument('compareAnswers', 'labels', labels, 'a list of classes by row', ['length']);
  checkArgument('compareAnswers', 'first', first, 'a list of classes by row', ['length']);
  checkArgument('compareAnswers', 'second', second, 'a list of classes by row', ['length']);

  const rows = labels.length;
  if (first.length !== rows || second.length !== rows)
    throw new HeadwaterError(
      'HW_USAGE',
      `compareAnswers was given ${rows} labels, but ${first.length} and ` +
        `${second.length} answers. Give one of each for every row.`,
    );
  const counts = { alike: 0, bothRight: 0, onlyFirst: 0, onlySecond: 0, bothWrong: 0 };
  for (let row = 0; row < rows; row++) {
    if (first[row] === second[row]) counts.alike++;
    const right = [first[row] === labels[row], second[row] === labels[row]];
    if (right[0]) counts[right[1] ? 'bothRight' : 'onlyFirst']++;
    else counts[right[1] ? 'onlySecond' : 'bothWrong']++;
  }
  return { rows, ...counts, p: mcNemar(counts.onlyFirst, counts.onlySecond) };
};
