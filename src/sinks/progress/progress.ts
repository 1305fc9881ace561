import { Observable, type OperatorFunction } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { EpochEnded } from '../../contracts/training/EpochEnded.js';
import { TrainingProgress, endLine, startLine, type ModelProgress } from './internal/TrainingProgress.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import { checkProgressOptions, ProgressOutput, type ProgressOptions } from './ProgressOutput.js';
import { LineBudget } from './internal/LineBudget.js';
import { RateMeter } from './internal/RateMeter.js';

/**
 * Shows the progress of a training: on a terminal a bar with the rate and the remaining time, elsewhere plain lines.
 *
 * A writing sink: it emits nothing, and completes once its last line is written. Use it beside other sinks:
 * `events$.pipe(alongside(progress(), jsonLines(log)))`.
 *
 * ```marbles drawn
 * source:  -s-e-t-t-v-E-e-t-t-v-E-(Z|)   s: started;  e: epoch started;  t: step;  v: validation;  E: epoch;  Z: ended
 *          progress()
 * shown:   -S---------1---------2-Z      a bar between them
 * result:  -----------------------|
 * ```
 *
 * Each epoch has one permanent line: `epoch 3/8  train 0.812  validation 0.901  lr 1.0e-3  best`. If epochs are faster
 * than a second each, the first five have one, and then one epoch a second. In between, a terminal shows `epoch 4/8
 * ██████░░░░  61%  4,321 rows/s  12s left  loss 0.803`: the rows of training and validation, the rate of the last 10 s,
 * the remaining time of this epoch. Elsewhere (a pipe, a file, `CI` or `TERM=dumb` in the
 * environment) this is a plain line, at most one every 10 s. Several models in one stream share a bar, and the line of
 * each epoch begins with the model's name.
 *
 * - Memory: a few numbers per model. A slow terminal misses drawings of the bar, but never a line.
 * - It has no timer, and never hides the cursor: on an error or an unsubscription, the unfinished bar stays and the
 *   cursor is below it.
 * - If the stream fails (a closed terminal or pipe), the sink completes without an error, and the training continues.
 * - Errors: the source's, after its lines are written.
 *
 * @throws HeadwaterError `HW_USAGE` at once if a time is negative or NaN
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { of } from 'rxjs';
 * import { progress, type TrainingEvent } from 'headwater';
 * const stream = new PassThrough();
 * const started: TrainingEvent = {
 *   type: 'training-started',
 *   model: 'gru',
 *   epochs: 8,
 *   rows: { train: 1400, validation: 300, test: 300 },
 * };
 * of(started).pipe(progress({ stream })).subscribe();
 * stream.read().toString(); // 'training gru: 1,400 rows, 300 rows to validate on, at most 8 epochs\n'
 * ```
 */
export const progress = (options: ProgressOptions = {}): OperatorFunction<TrainingEvent, never> => {
  checkOptions('progress', options, '{ redraw: false }');
  checkProgressOptions('progress', options);
  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const output = new ProgressOutput(options, () => subscriber.complete());
      subscriber.add(() => output.release());
      const trainings = new TrainingProgress();
      const epochs = new LineBudget(output.now());
      let meter = new RateMeter(output.now());

      const advance = (model: string, epoch: number, rows: number, loss: number | undefined): void => {
        const training = trainings.of(model);
        const now = output.now();
        training.epoch = epoch;
        training.done = (training.done ?? 0) + rows;
        training.loss = loss ?? training.loss;
        meter.add(rows, now);
        if (output.isDue(now)) output.show(trainings.line(meter.perSecond(now)), now);
      };
      const epochLine = (
        { model, trainLoss, validationLoss, learningRate, improved }: EpochEnded,
        training: ModelProgress,
      ): string =>
        `${trainings.prefix(model)}${trainings.epochLabel(training)}  train ` +
        `${trainLoss.toFixed(3)}${training.validated === false ? '' : `  validation ${validationLoss.toFixed(3)}`}  ` +
        `lr ${learningRate.toExponential(1)}${improved ? `  ${output.paint.green('best')}` : ''}`;

      const take = (event: TrainingEvent): void => {
        const training = trainings.of(event.model);
        switch (event.type) {
          case 'checkpoint':
            break;
          case 'training-resumed':
          case 'training-started':
            training.epochs = event.epochs;
            training.validated = event.rows.validation > 0;
            training.perEpoch = event.rows.train + event.rows.validation;
            output.print(startLine(event));
            // The number of rows before the checkpoint is not known here, so the bar restarts at 0.
            if (event.type === 'training-resumed' && event.side !== 'ended') {
              training.epoch = event.epoch;
              training.done = 0;
            }
            break;
          case 'epoch-started':
            training.epoch = event.epoch;
            training.done = 0;
            training.loss = undefined;
            // A new meter, because the time between two epochs (such as for a checkpoint) would lower the rate.
            meter = new RateMeter(output.now());
            break;
          case 'step':
            advance(event.model, event.epoch, event.rows, event.loss);
            break;
          case 'validation-step':
            advance(event.model, event.epoch, event.rows, undefined);
            break;
          case 'epoch':
            training.epoch = event.epoch;
            training.done = undefined;
            if (epochs.take(output.now())) output.print(epochLine(event, training));
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
