import { checkArgument } from '../../contracts/checkArgument.js';
import { defer, map, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { RowScored, RunningScores } from '../../contracts/live/Learning.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { MOST_ROWS, ScoreWindow } from './internal/ScoreWindow.js';

/** Options of `runningScores`. */
export interface RunningScoresOptions {
  /** The number of last predictions that are measured, between 1 and 65,536. Default 1,000. */
  readonly window?: number | undefined;
  /** The number of bins of confidence for the calibration error, at least 1. Default 15, as in the paper. */
  readonly bins?: number | undefined;
}

/**
 * Measures how good the last predictions were: accuracy, macro F1, the rates of each class, calibration, and loss. It
 * emits new scores for every row that is scored.
 *
 * ```marbles
 * scored: --s----s--s----|
 *         runningScores(['Sports', 'World'])
 * result: --r----r--r----|   each { rows, accuracy, macroF1, ece, loss, classes }
 * ```
 *
 * The expected calibration error is Σ n(b)/n · |accuracy(b) − confidence(b)| over bins b of equal width, where the
 * confidence is the probability of the predicted class. A ratio with the denominator 0 is 0. The macro F1 is the mean
 * over the classes that occur in the window as label or prediction. Holds `window` predictions, a few numbers each. The
 * cost per row grows with the classes and bins, not with the window's width.
 *
 * Errors: those of the source; `HW_LABEL` at a class that is not among the names.
 *
 * @param classes the class names, as the label encoder's `classes`
 * @param options how many predictions are measured
 * @throws HeadwaterError `HW_USAGE` when an option is invalid, or there are no classes
 * @see C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On calibration of modern neural networks. ICML 2017.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { runningScores, type RowScored } from 'headwater';
 * const headline = {
 *   id: 0,
 *   title: 'Cup final',
 *   source: 'stdin',
 *   guid: undefined,
 *   link: undefined,
 *   published: undefined,
 *   seen: 0,
 *   category: undefined,
 * };
 * const distribution = [
 *   { category: 'Sports', probability: 0.75 },
 *   { category: 'World', probability: 0.25 },
 * ];
 * const scored: RowScored = {
 *   type: 'scored',
 *   prediction: { type: 'live-prediction', headline, category: 'Sports', distribution, known: 2, latencyMs: 1 },
 *   category: 'Sports',
 *   correct: true,
 *   loss: 0.29,
 *   waitedMs: 0,
 * };
 * of(scored)
 *   .pipe(runningScores(['Sports', 'World']))
 *   .subscribe(({ accuracy, ece }) => console.log(accuracy, ece)); // 1 0.25
 * ```
 */
export const runningScores = (
  classes: readonly string[],
  options: RunningScoresOptions = {},
): OperatorFunction<RowScored, RunningScores> => {
  checkOptions('runningScores', options, 'classes, { window: 500 }');
  const { window = 1000, bins = 15 } = options;
  checkArgument('runningScores', 'classes', classes, 'the list of class names', ['length']);

  if (classes.length === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      'runningScores was given no class names: give those of the label encoder, by index.',
    );
  checkWhole('runningScores', 'window', window, 1);
  checkWhole('runningScores', 'bins', bins, 1);
  if (window > MOST_ROWS)
    throw new HeadwaterError('HW_USAGE', `runningScores: window is ${window}, but must be at most ${MOST_ROWS}.`);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const indexOf = (name: string): number => {
    const index = indices.get(name);
    if (index !== undefined) return index;
    throw new HeadwaterError(
      'HW_LABEL',
      `runningScores: the class ${JSON.stringify(name)} is not among ` +
        `${listNames(classes)}. Give the classes of the model's own label encoder.`,
    );
  };

  return (scored$) =>
    defer(() => {
      const kept = new ScoreWindow(classes, window, bins);
      return scored$.pipe(
        map(({ prediction, category, loss }) => {
          kept.add({
            label: indexOf(category),
            predicted: indexOf(prediction.category),
            confidence: prediction.distribution[0]?.probability ?? 0,
            loss,
          });
          return kept.scores;
        }),
      );
    });
};
