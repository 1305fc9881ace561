import type { ComparedModel } from '../../../contracts/training/TrainingRecord.js';
import type { Report } from '../../../sinks/metrics/metrics.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';

const compared = (model: string, { performance, accuracy }: Report): ComparedModel => ({
  model,
  f1: performance.overall.f1,
  accuracy,
});

/** The baseline that always predicts the most frequent class of the train rows, on the test rows of a report. */
const always = (trainRows: Int32Array, { classes, confusion, rows }: Report): ComparedModel => {
  const commonest = trainRows.indexOf(Math.max(...trainRows));
  const start = commonest * classes.length;
  const share =
    rows === 0 ? 0 : confusion.slice(start, start + classes.length).reduce((sum, count) => sum + count, 0) / rows;
  // Its precision is the share of the class, and its recall is 1. All other classes have an F1 of 0.
  const f1 = (2 * share) / (1 + share);
  return { model: `always ${excerpt(classes[commonest] ?? '')}`, f1: share * f1, accuracy: share };
};

/** The comparison of a model: the most frequent class, the linear model, and the model itself. */
export const compareModels = (
  trainRows: Int32Array,
  linear: { readonly name: string; readonly report: Report },
  kept: { readonly name: string; readonly report: Report },
): readonly ComparedModel[] => [
  always(trainRows, kept.report),
  compared(linear.name, linear.report),
  compared(`kept: ${kept.name}`, kept.report),
];
