import { checkArgument } from '../../contracts/checkArgument.js';
import type { Scores } from '../../contracts/training/Evaluation.js';
import type { Report } from './metrics.js';

/**
 * The unweighted means of precision, recall and F1 over the classes that occur in the rows or in the predictions:
 * scikit-learn's `average='macro'`, with `zero_division=0`.
 *
 * @param report the result of `metrics`; with no rows all means are 0
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { macroScores, scores } from 'headwater';
 * const classes = ['Sports', 'World'];
 * const confusion = [3, 1, 0, 4];
 * const performance = scores(confusion, classes);
 * macroScores({ classes, confusion, performance }).f1; // 0.873…
 * ```
 */
export const macroScores = (report: Pick<Report, 'classes' | 'confusion' | 'performance'>): Scores => {
  checkArgument('macroScores', 'report', report, 'a report, such as metrics() emits', ['classes']);
  const { classes, confusion, performance } = report;

  const C = classes.length;
  const sum = { precision: 0, recall: 0, f1: 0 };
  let there = 0;
  classes.forEach((name, c) => {
    const of = performance.class[name];
    let predicted = 0;
    for (let t = 0; t < C; t++) predicted += confusion[t * C + c] ?? 0;
    if (of === undefined || (of.num_samples === 0 && predicted === 0)) return;
    there += 1;
    sum.precision += of.precision;
    sum.recall += of.recall;
    sum.f1 += of.f1;
  });
  const mean = (total: number): number => (there === 0 ? 0 : total / there);
  return {
    precision: mean(sum.precision),
    recall: mean(sum.recall),
    f1: mean(sum.f1),
    num_samples: performance.overall.num_samples,
  };
};

/** The scores of always answering the same class. */
export interface CommonestClass {
  readonly name: string;
  /** The accuracy: the share of the rows that have this class. */
  readonly accuracy: number;
  /** The F1 weighted by support, and the mean F1 over the classes that occur in the rows. */
  readonly weightedF1: number;
  readonly macroF1: number;
}

/**
 * The scores of always answering the most frequent class of the rows: a baseline that a model must beat.
 *
 * @param report the result of `metrics`
 * @returns undefined if there were no rows
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { commonestClass, scores } from 'headwater';
 * const classes = ['Sports', 'World'];
 * const performance = scores([5, 1, 0, 2], classes);
 * commonestClass({ classes, performance })?.accuracy; // 0.75: six of eight rows are Sports
 * ```
 */
export const commonestClass = (report: Pick<Report, 'classes' | 'performance'>): CommonestClass | undefined => {
  checkArgument('commonestClass', 'report', report, 'a report, such as metrics() emits', ['classes']);
  const { classes, performance } = report;

  const rows = performance.overall.num_samples;
  if (rows === 0) return undefined;
  const supports = classes.map((name) => performance.class[name]?.num_samples ?? 0);
  const most = Math.max(...supports);
  const accuracy = most / rows;
  const f1 = (2 * accuracy) / (1 + accuracy);
  return {
    name: classes[supports.indexOf(most)] ?? '',
    accuracy,
    weightedF1: accuracy * f1,
    macroF1: f1 / supports.filter((support) => support > 0).length,
  };
};
