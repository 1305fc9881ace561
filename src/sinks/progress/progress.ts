import { Observable, type OperatorFunction } from 'rxjs';
import type { EpochEnded, TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import { TrainingProgress, endLine, startLine, type ModelProgress } from './internal/TrainingProgress.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import { checkProgressOptions, ProgressOutput, type ProgressOptions } from './ProgressOutput.js';
import { RateMeter } from './internal/RateMeter.js';

/**
 * Shows how a training goes: on a terminal a bar with rate and time left, elsewhere plain lines.
 *
 * A writing sink: it emits nothing, and completes once its last line is written. It stands beside the events:
 * `events$.pipe(alongside(progress(), jsonLines(log)))`.
 *
 * ```
 * source:  -s-e-t-t-t-v-E-e-t-t-t-v-E-(Z|)    s training started, e epoch started, t step, v validation step, E epoch, Z ended
 *              progress()
 * shown:   -S-----------1-----------2--Z      a bar between them
 * result:  ------------------------------|
 * ```
 *
 * Each epoch leaves one line: `epoch 3/8  train 0.812  validation 0.901  lr 1.0e-3  best`. Between, a terminal shows
 * `epoch 4/8  ██████░░░░  61%  4,321 rows/s  12s left  loss 0.803`: rows of training and validation, the rate of the
 * last 10 s, the time that this epoch still takes. Elsewhere (a pipe, a file, `CI` or `TERM=dumb` in the environment)
 * that is a plain line, at most one every 10 s. Several models in one stream share a bar, and each epoch's line begins
 * with the model's name.
 *
 * - It holds a few numbers a model. A terminal that cannot keep up misses drawings of the bar, never a line.
 * - It runs on no timer, and never hides the cursor: on an error, and on unsubscribing, the unfinished bar stays and
 *   the cursor is below it.
 * - A stream that fails (a closed terminal or pipe) ends the showing quietly: it completes, and the training that it
 *   stood beside goes on.
 * - Errors: the source's, after its lines are written.
 *
 * @throws HeadwaterError `HW_USAGE` at once when a time is negative or NaN
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { of } from 'rxjs';
 * import { progress, type TrainingEvent } from 'headwater';
 * const stream = new PassThrough();
 * const started: TrainingEvent = { type: 'training-started', model: 'gru', epochs: 8, rows: { train: 1400, validation: 300, test: 300 } };
 * of(started).pipe(progress({ stream })).subscribe();
 * stream.read().toString(); // 'training gru: 1,400 rows, 300 rows to validate on, at most 8 epochs\n'
 * ```
 */
export const progress = (options: ProgressOptions = {}): OperatorFunction<TrainingEvent, never> => {
  checkProgressOptions('progress', options);
  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const output = new ProgressOutput(options, () => subscriber.complete());
      subscriber.add(() => output.release());
      const courses = new TrainingProgress();
      let meter = new RateMeter(output.now());

      const advance = (model: string, epoch: number, rows: number, loss: number | undefined): void => {
        const course = courses.of(model);
        const now = output.now();
        course.epoch = epoch;
        course.done = (course.done ?? 0) + rows;
        course.loss = loss ?? course.loss;
        meter.add(rows, now);
        if (output.isDue(now)) output.show(courses.line(meter.perSecond(now)), now);
      };
      const epochLine = (
        { model, trainLoss, validationLoss, learningRate, improved }: EpochEnded,
        course: ModelProgress,
      ): string =>
        `${courses.prefix(model)}${courses.epochLabel(course)}  train ${trainLoss.toFixed(3)}${course.validated === false ? '' : `  validation ${validationLoss.toFixed(3)}`}  lr ${learningRate.toExponential(1)}${improved ? `  ${output.paint.green('best')}` : ''}`;

      const take = (event: TrainingEvent): void => {
        const course = courses.of(event.model);
        switch (event.type) {
          case 'checkpoint':
            break;
          case 'training-resumed':
          case 'training-started':
            course.epochs = event.epochs;
            course.validated = event.rows.validation > 0;
            course.perEpoch = event.rows.train + event.rows.validation;
            output.print(startLine(event));
            // The rows before the checkpoint are not known here: the bar begins anew.
            if (event.type === 'training-resumed' && event.side !== 'ended') {
              course.epoch = event.epoch;
              course.done = 0;
            }
            break;
          case 'epoch-started':
            course.epoch = event.epoch;
            course.done = 0;
            course.loss = undefined;
            // What lies between two epochs (a checkpoint, say) would count as slowness.
            meter = new RateMeter(output.now());
            break;
          case 'step':
            advance(event.model, event.epoch, event.rows, event.loss);
            break;
          case 'validation-step':
            advance(event.model, event.epoch, event.rows, undefined);
            break;
          case 'epoch':
            course.epoch = event.epoch;
            course.done = undefined;
            output.print(epochLine(event, course));
            break;
          case 'training-ended':
            output.print(endLine(event));
            break;
        }
      };

      follow(source, {
        next: take,
        error: (error) => output.finish(() => subscriber.error(error)),
        complete: () => output.finish(() => subscriber.complete()),
      });
    });
};
