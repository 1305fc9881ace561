import { concatMap, filter, map, type Observable, of, type OperatorFunction } from 'rxjs';
import type { ChoiceRecord } from '../../../contracts/training/TrainingRecord.js';
import { evaluate } from '../../../operators/training/evaluate.js';
import { alongside } from '../../../sinks/alongside.js';
import { metrics, type Report } from '../../../sinks/metrics/metrics.js';
import { isInteractive } from '../../../sinks/terminal/isInteractive.js';
import { progress } from '../../../sinks/progress/progress.js';
import type { CandidateMeasured, ModelTrainingEvent } from '../../../training/ModelChosen.js';
import { type LinearTrained, trainLinear } from '../../../training/trainLinear.js';
import type { Terminal } from '../../process/Terminal.js';
import { compareModels } from '../results/comparison.js';
import { orNull } from '../results/epochRecord.js';
import type { Prepared } from '../prepared/Prepared.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** A measured lesson classifier. */
interface LessonMeasured {
  readonly model: string;
  /** On the validation rows. */
  readonly candidate: CandidateMeasured;
  /** On the test rows. */
  readonly report: Report;
}

/** The model that a lesson classifier is compared with; undefined if there are no test rows for it. */
export interface LessonCompared {
  readonly report: Report;
  readonly choice: ChoiceRecord | undefined;
}

const record = ({ candidate, f1, accuracy, loss }: CandidateMeasured) => ({
  candidate,
  f1: orNull(f1),
  accuracy: orNull(accuracy),
  loss: orNull(loss),
});

/** A single setting of the linear model: the comparison does not need the best linear model. */
const SETTING = { wordWeights: [0.5], optimizers: ['sgd'], inverseRegularizations: [30] } as const;

/**
 * Trains a linear model on the split of a lesson classifier, and compares both on the test rows. Its events are not
 * part of the training's events: only its progress is shown, on a terminal.
 */
export const compareLesson = (
  { split, valve }: Pick<Prepared, 'split' | 'valve'>,
  { model, candidate, report }: LessonMeasured,
  { seed, classWeights }: TrainingOptions,
  { stderr, env }: Terminal,
): Observable<LessonCompared> => {
  if (report.rows === 0) return of({ report, choice: undefined });
  const bar: OperatorFunction<ModelTrainingEvent | LinearTrained, never> = (event$) =>
    event$.pipe(
      filter((event) => event.type !== 'candidate' && event.type !== 'linear-trained' && event.type !== 'model-chosen'),
      progress({ stream: stderr, env }),
    );
  return trainLinear(split, { seed, valve, classWeights: classWeights ?? 'none', ...SETTING }).pipe(
    alongside(...(isInteractive(stderr, env) ? [bar] : [])),
    filter((event) => event.type === 'linear-trained'),
    concatMap(({ linear }) =>
      linear.source.batches('test', 1).pipe(
        evaluate(linear.model, { valve }),
        metrics(split.labelEncoder.classes),
        map((linearReport) => ({
          report,
          choice: {
            why: `kept ${model}: it was asked for`,
            candidates: [linear.measured, candidate].map(record),
            comparison: compareModels(
              split.classCounts.train,
              { name: linear.measured.candidate, report: linearReport },
              { name: model, report },
            ),
          },
        })),
      ),
    ),
  );
};
