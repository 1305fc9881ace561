import { connect, forkJoin, map, type Observable, of } from 'rxjs';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import { architectureOf } from '../models/artifacts/ModelConfig.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { DeferredClassifier } from '../models/deferredClassifier.js';
import { evaluate } from '../operators/training/evaluate.js';
import { metrics } from '../sinks/metrics/metrics.js';
import { temperature } from '../sinks/metrics/temperature.js';
import type { CandidateMeasured } from './ModelChosen.js';

/** The F1 on the validation rows from which no other candidate is trained to improve it. */
export const PERFECT = 0.995;

/** Measures a candidate on the validation rows, and fits its temperature on them. */
export const measureCandidate = (
  candidate: string,
  model: TextModel | DeferredClassifier,
  source: BatchSource,
  classes: readonly string[],
): Observable<CandidateMeasured> => {
  const about = { type: 'candidate', candidate, architecture: architectureOf(model.config) } as const;
  // Without validation rows there are no scores.
  if (source.rows.validation === 0) return of({ ...about, f1: NaN, accuracy: NaN, loss: NaN, temperature: 1 });
  return source.batches('validation', 1).pipe(
    evaluate(model, { valve: source.valve }),
    connect((batch$) =>
      forkJoin({ report: batch$.pipe(metrics(classes)), fitted: batch$.pipe(temperature({ smooth: true })) }),
    ),
    map(({ report, fitted }) => ({
      ...about,
      f1: report.performance.overall.f1,
      accuracy: report.accuracy,
      loss: fitted.after,
      temperature: fitted.temperature,
    })),
  );
};

/** Whether one candidate is better than another: by F1 and, at equal F1, by loss. */
export const isBetter = (a: CandidateMeasured, b: CandidateMeasured): boolean =>
  a.f1 === b.f1 ? a.loss < b.loss : a.f1 > b.f1;
