import { checkArgument } from '../../contracts/checkArgument.js';
import type { Performance, Scores } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Division in which 0 / 0 is 0, as scikit-learn's `zero_division=0`: a class that was never predicted has precision 0,
 * not NaN.
 */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Precision, recall and F1 of each class, and their means weighted by support, from a confusion matrix.
 *
 * Precision is the share of the rows predicted as a class that belong to it. Recall is the share of the rows of a class
 * that were predicted as it. F1 is their harmonic mean, 2·tp / (true + predicted). A share of zero rows is 0. The
 * values equal those of scikit-learn's `precision_recall_fscore_support` with `average=None`, and `average='weighted'`
 * for `overall`, with `zero_division=0`.
 *
 * @param confusion counts, row-major, shape [C, C], true × predicted, as returned by `confusionMatrix`
 * @param classes the class names by index; the names are distinct
 * @returns the lesson's `performance.json`; `class` has every name as its own property, even `__proto__`
 * @throws HeadwaterError `HW_USAGE` if the matrix does not have C × C entries, or a name occurs twice
 *
 * @example
 * ```ts
 * import { scores } from 'headwater';
 * const performance = scores([3, 1, 0, 4], ['Business', 'Sports']);
 * performance.class['Sports']; // { precision: 0.8, recall: 1, f1: 0.888…, num_samples: 4 }
 * ```
 */
export const scores = (confusion: ArrayLike<number>, classes: readonly string[]): Performance => {
  checkArgument('scores', 'confusion', confusion, 'the counts of a confusion matrix', ['length']);
  checkArgument('scores', 'classes', classes, 'the list of class names', ['length']);

  const C = classes.length;
  if (confusion.length !== C * C) {
    throw new HeadwaterError(
      'HW_USAGE',
      `A confusion matrix of ${C} classes has ${C * C} entries, but ${confusion.length} were given.`,
    );
  }
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `The class name ${JSON.stringify(twice)} is given twice: class names must be distinct.`,
    );
  const overall = { precision: 0, recall: 0, f1: 0, num_samples: 0 };
  const perClass = classes.map((name, c): readonly [string, Scores] => {
    let actual = 0;
    let predicted = 0;
    for (let k = 0; k < C; k++) {
      actual += confusion[c * C + k]!;
      predicted += confusion[k * C + c]!;
    }
    const hits = confusion[c * C + c]!;
    const of: Scores = {
      precision: share(hits, predicted),
      recall: share(hits, actual),
      f1: share(2 * hits, actual + predicted),
      num_samples: actual,
    };
    overall.precision += of.precision * actual;
    overall.recall += of.recall * actual;
    overall.f1 += of.f1 * actual;
    overall.num_samples += actual;
    return [name, of];
  });
  const rows = overall.num_samples;
  return {
    overall: {
      precision: share(overall.precision, rows),
      recall: share(overall.recall, rows),
      f1: share(overall.f1, rows),
      num_samples: rows,
    },
    // fromEntries defines properties; an assignment to `__proto__` would set the prototype.
    class: Object.fromEntries(perClass),
  };
};
