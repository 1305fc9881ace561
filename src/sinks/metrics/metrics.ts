import { checkArgument } from '../../contracts/checkArgument.js';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import type { EvaluatedBatch, Performance } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { countConfusions } from './confusionMatrix.js';
import { scores } from './scores.js';

/** The result of `metrics`. */
export interface Report {
  /**
   * The class names, in the order of the label encoder. (An object's keys may have another order: JavaScript puts `"2"`
   * before `"b"`.)
   */
  readonly classes: readonly string[];
  /** Precision, recall, F1 and support: of each class, and their means weighted by support. */
  readonly performance: Performance;
  /** Counts, row-major, shape [C, C], true × predicted. */
  readonly confusion: readonly number[];
  /** The share of rows whose class was predicted correctly; 0 if there were no rows. */
  readonly accuracy: number;
  /** The mean cross-entropy, with each row weighted by its class weight, in nats; NaN if there were no rows. */
  readonly loss: number;
  /** The number of rows. */
  readonly rows: number;
}

/**
 * Measures the quality of predictions: precision, recall, F1 and support (of each class, and weighted), accuracy, mean
 * loss, and the confusion matrix.
 *
 * A reducing sink: it adds up the evaluated batches and emits one report after the last one. The values equal those of
 * scikit-learn with `zero_division=0`.
 *
 * ```marbles
 * source: --e---e---e--|
 *         metrics(classes)
 * result: -------------(r|)
 * ```
 *
 * - For an empty stream the report has 0 rows, scores of 0 and a loss of NaN.
 * - Memory: C × C counts; no rows.
 * - Errors: those of the source, at once; `HW_LABEL` if a batch has a class index that is not below the number of
 *   names.
 *
 * @param classes the class names by index, such as the `classes` of the label encoder
 * @throws HeadwaterError `HW_USAGE` at once if there are no names, or a name occurs twice
 * @see metricsTable, which formats a report for people
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { metrics, type EvaluatedBatch } from 'headwater';
 * const batch: EvaluatedBatch = {
 *   type: 'evaluated',
 *   ids: Int32Array.of(0, 1),
 *   labels: Int32Array.of(0, 1),
 *   predicted: Int32Array.of(0, 0),
 *   probabilities: Float32Array.of(0.9, 0.1, 0.6, 0.4),
 *   loss: 0.51,
 *   weight: 2,
 * };
 * of(batch).pipe(metrics(['Sports', 'World'])).subscribe((report) => {
 *   report.accuracy; // 0.5
 *   report.confusion; // [1, 0, 1, 0]
 * });
 * ```
 */
export const metrics = (classes: readonly string[]): OperatorFunction<EvaluatedBatch, Report> => {
  checkArgument('metrics', 'classes', classes, 'the list of class names', ['length']);

  if (classes.length === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      'metrics() was given no class names: give those of the label encoder, by index.',
    );
  const C = classes.length;
  // Throws for a duplicate name before anything is counted.
  scores(new Float64Array(C * C), classes);
  return (source) =>
    // Deferred, so that each subscriber has its own counts.
    defer(() =>
      source.pipe(
        reduce(
          (sums, batch) => {
            countConfusions(sums.counts, batch.labels, batch.predicted, C);
            // A batch whose rows all have weight 0 has no mean loss. Its NaN must not enter the sum.
            if (batch.weight === 0) return sums;
            return {
              counts: sums.counts,
              loss: sums.loss + batch.loss * batch.weight,
              weight: sums.weight + batch.weight,
            };
          },
          { counts: new Float64Array(C * C), loss: 0, weight: 0 },
        ),
        map(({ counts, loss, weight }): Report => {
          const performance = scores(counts, classes);
          const rows = performance.overall.num_samples;
          let hits = 0;
          for (let c = 0; c < C; c++) hits += counts[c * C + c]!;
          return {
            classes,
            performance,
            confusion: Array.from(counts),
            accuracy: rows === 0 ? 0 : hits / rows,
            loss: loss / weight,
            rows,
          };
        }),
      ),
    );
};
