import { PassThrough } from 'node:stream';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { connect, merge, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { EvaluatedBatch } from '../../src/contracts/training/Evaluation.js';
import type { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { DeadLetter, Rejection } from '../../src/contracts/rows/Rejection.js';
import type { StepEnded, TrainingEvent } from '../../src/contracts/training/TrainingEvent.js';
import type { EpochEnded } from '../../src/contracts/training/EpochEnded.js';
import { alongside } from '../../src/sinks/alongside.js';
import { artifactFiles } from '../../src/sinks/files/artifactFiles.js';
import { batchStats, type BatchStats } from '../../src/sinks/metrics/batchStats.js';
import { deadLetters } from '../../src/sinks/rejections/deadLetters.js';
import { jsonLines } from '../../src/sinks/jsonLines.js';
import { metrics, type Report } from '../../src/sinks/metrics/metrics.js';
import { progress } from '../../src/sinks/progress/progress.js';
import type { ReportMade } from '../../src/sinks/metrics/ReportMade.js';
import { rowProgress } from '../../src/sinks/progress/rowProgress.js';
import { tensorboard } from '../../src/sinks/tensorboard/tensorboard.js';
import { writeFiles } from '../../src/sinks/files/writeFiles.js';

declare const evaluated$: Observable<EvaluatedBatch>;
declare const padded$: Observable<PaddedBatch>;
declare const labelled$: Observable<LabelledBatch>;
declare const events$: Observable<TrainingEvent>;
declare const told$: Observable<TrainingEvent | ReportMade>;
declare const steps$: Observable<StepEnded>;
const stream = new PassThrough();

describe('types through pipe()', () => {
  it('infers what sinks emit', () => {
    expectTypeOf(evaluated$.pipe(metrics(['a']))).toEqualTypeOf<Observable<Report>>();
    expectTypeOf(padded$.pipe(batchStats())).toEqualTypeOf<Observable<BatchStats>>();
    expectTypeOf(labelled$.pipe(batchStats())).toEqualTypeOf<Observable<BatchStats>>();
    expectTypeOf(events$.pipe(progress())).toEqualTypeOf<Observable<never>>();
    expectTypeOf(steps$.pipe(progress())).toEqualTypeOf<Observable<never>>();
    expectTypeOf(events$.pipe(tensorboard('runs'))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(told$.pipe(alongside(tensorboard('runs')))).toEqualTypeOf<Observable<TrainingEvent | ReportMade>>();
    expectTypeOf(events$.pipe(jsonLines(stream))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(padded$.pipe(rowProgress({ label: 'reading' }))).toEqualTypeOf<Observable<never>>();
    expectTypeOf(padded$.pipe(rowProgress({ label: 'reading', count: (batch) => batch.size }))).toEqualTypeOf<
      Observable<never>
    >();
    expectTypeOf(
      events$.pipe(artifactFiles('out', (event) => (event.type === 'epoch' ? new Map() : undefined))),
    ).toEqualTypeOf<Observable<never>>();
  });

  it('keeps the type of what sinks stand beside', () => {
    expectTypeOf(events$.pipe(alongside(progress(), jsonLines(stream)))).toEqualTypeOf<Observable<TrainingEvent>>();
    expectTypeOf(labelled$.pipe(alongside(rowProgress({ label: 'reading' })))).toEqualTypeOf<
      Observable<LabelledBatch>
    >();
    expectTypeOf(events$.pipe(connect((e$) => merge(e$, e$.pipe(progress()))))).toEqualTypeOf<
      Observable<TrainingEvent>
    >();
  });

  it('refuses what a sink cannot read', () => {
    // @ts-expect-error: batches are no training events
    padded$.pipe(progress());
    // @ts-expect-error: unevaluated batches have no predictions
    labelled$.pipe(metrics(['a']));
  });

  it('gives contracts', () => {
    const letters = deadLetters();
    expectTypeOf(letters).toExtend<DeadLetter>();
    expectTypeOf(letters.rejections$).toEqualTypeOf<Observable<Rejection>>();
    expectTypeOf(writeFiles('out', new Map())).toEqualTypeOf<TaskEither<HeadwaterError, void>>();
    expectTypeOf<EpochEnded>().toExtend<TrainingEvent>();
  });
});
