import { checkOptions, checkWhole, isNumber, wrongValue } from '../../contracts/checkOption.js';
import { checkText } from '../../contracts/checkArgument.js';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { finished, type Writable } from 'node:stream';
import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { messageOf } from '../../contracts/messageOf.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import type { ReportMade } from '../metrics/ReportMade.js';
import type { Hyperparameters } from './boardEvent.js';
import { BoardRun } from './internal/BoardRun.js';
import { eventFile } from './internal/eventFile.js';

/** Options of `tensorboard`. */
export interface TensorBoardOptions {
  /**
   * The settings by which training runs are compared, shown as text and in TensorBoard's table of hyperparameters.
   * Default: none.
   */
  readonly hyperparameters?: Hyperparameters | undefined;
  /** Write the loss of one step in this many, from 1. Default 1: every step. */
  readonly everySteps?: number | undefined;
  /**
   * Closed (held) while the disk is behind, so that the source pauses. Default: none, and events that cannot be written
   * yet are queued.
   */
  readonly valve?: Valve | undefined;
  /**
   * The most bytes that may be queued. Exceeding it is an error, because the queue would grow without bound. Default 64
   * MiB.
   */
  readonly limit?: number | undefined;
  /** The clock. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Creates the stream that a run is written to. Each write contains only whole records, and the sink ends the stream.
   * Default: a file in its own folder.
   */
  readonly open?: ((path: string) => Writable) | undefined;
}

/** Makes a valid file name from any model name. */
const asName = (model: string): string => model.replaceAll(/[^\p{L}\p{N}._-]/gu, '_');

/** A time as in the names of runs: `20261123T223500Z`. */
const stamp = (now: number): string => new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/**
 * Writes the course of a training as TensorBoard event files, with a folder for each run. The files grow during the
 * training.
 *
 * A writing sink: it emits nothing, and completes once everything is written. `tensorboard --logdir DIR` shows the runs
 * of a folder side by side.
 *
 * ```marbles drawn
 * source:  -s-e-t-t-v-E-Z-r|   s: started; e: epoch started; t: step; v: validation; E: epoch; Z: ended; r: report
 *          tensorboard('runs')
 * file:    -S---t-t---E---r(x|)   whole records;  x: the end of the session
 * result:  ----------------|
 * ```
 *
 * Each training is a separate run, `DIR/<model>-<time>`, in a file
 * `events.out.tfevents.<seconds>.<host>.<pid>.headwater`:
 *
 * - per epoch: `loss/train`, `loss/validation`, `accuracy/validation`, `macro_f1/validation`, `learning_rate` and
 *   `rows_per_second` (of the train rows);
 * - per step: `loss/step`, of every step or one in `everySteps`;
 * - from the report, if there is one: `loss/test`, `accuracy/test`, `precision/test`, `recall/test` and `f1/test`, and
 *   the text `report/test` with the confusion matrix;
 * - the text `configuration`, and the data for TensorBoard's table of hyperparameters.
 *
 * Behaviour:
 *
 * - Slow disk: while it is behind, the valve is held. At most 64 KiB, one record, and what the source still sends after
 *   the valve closed are queued; never more than `limit`.
 * - Records are written whole and at once, so a running TensorBoard sees them. A record that a full disk cuts off is
 *   removed.
 * - An error of the source is passed on after the values before it are written. On unsubscribing, the valve is released
 *   at once; queued records are still written, and the file is closed.
 * - Errors: `HW_PATH` if a file has the name of a folder; `HW_WRITE` if the file system refuses; `HW_OVERFLOW` if more
 *   than `limit` is queued.
 *
 * @param dir the folder of all runs; it is created if it is missing
 * @throws HeadwaterError `HW_USAGE` at once if `everySteps` is not a whole number from 1, or `limit` is not above 0
 * @see https://www.tensorflow.org/tensorboard
 *
 * @example
 * ```ts
 * import { mkdtemp, readdir } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { lastValueFrom, of } from 'rxjs';
 * import { alongside, fit, tensorboard, type BatchSource } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 *
 * const source: BatchSource = {
 *   rows: { train: 4, validation: 4, test: 0 },
 *   batches: (_side, epoch) => of(labelledBatch({ seed: epoch, size: 4 })),
 * };
 * const dir = await mkdtemp(join(tmpdir(), 'headwater-'));
 * await lastValueFrom(
 *   of(source).pipe(
 *     fit(recordingModel(), { epochs: 2 }),
 *     alongside(tensorboard(dir, { hyperparameters: { epochs: 2 } })),
 *   ),
 * );
 * await readdir(dir); // ['recording-20261123T223500Z']
 * ```
 */
export const tensorboard = (
  dir: string,
  options: TensorBoardOptions = {},
): OperatorFunction<TrainingEvent | ReportMade, never> => {
  checkOptions('tensorboard', options, 'dir, { everySteps: 10 }');
  checkText('tensorboard', 'dir', dir, 'the path of a folder');

  const {
    hyperparameters = {},
    everySteps = 1,
    valve,
    limit = 64 * 1024 * 1024,
    scheduler = asyncScheduler,
    open = eventFile,
  } = options;
  checkWhole('tensorboard', 'everySteps', everySteps, 1);
  if (!(isNumber(limit) && limit > 0))
    throw wrongValue('tensorboard', 'limit', limit, 'the most bytes that may wait, above 0');
  const root = resolve(dir);

  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      /** The run that is being written for each model, and its stream. */
      const runs = new Map<string, { readonly run: BoardRun; readonly stream: Writable }>();
      /** Streams that have not finished yet, including those of ended runs. */
      const streams = new Set<Writable>();
      const behind = new Set<Writable>();
      let release: (() => void) | undefined;
      let settled: (() => void) | undefined;

      const caughtUp = (stream: Writable): void => {
        behind.delete(stream);
        if (behind.size > 0) return;
        const released = release;
        // Cleared before the valve opens: the source may emit during the call and fill the stream again.
        release = undefined;
        released?.();
      };
      const failed = (cause: Error): void =>
        subscriber.error(
          cause instanceof HeadwaterError
            ? cause
            : new HeadwaterError(
                'HW_WRITE',
                `TensorBoard's events could not be written to ${dir}: ` +
                  `${messageOf(cause)}. Check the folder, and that there is room.`,
                { cause, where: dir },
              ),
        );
      const write = (stream: Writable, records: Uint8Array): void => {
        const room = stream.write(records);
        if (stream.writableLength > limit) {
          throw new HeadwaterError(
            'HW_OVERFLOW',
            `TensorBoard's events are ${stream.writableLength} bytes behind, more than the limit of ` +
              `${limit}. Give tensorboard() the valve that the source honours, or raise limit.`,
          );
        }
        if (room || subscriber.closed) return;
        behind.add(stream);
        release ??= valve?.hold('tensorboard');
      };
      const end = (model: string, succeeded: boolean): void => {
        const ending = runs.get(model);
        if (ending === undefined) return;
        runs.delete(model);
        ending.stream.end(ending.run.end(succeeded, scheduler.now()));
      };
      const begin = (
        model: string,
        event: TrainingEvent | ReportMade,
      ): { readonly run: BoardRun; readonly stream: Writable } => {
        const now = scheduler.now();
        const file = [
          'events.out.tfevents',
          String(Math.floor(now / 1000)).padStart(10, '0'),
          asName(hostname()),
          process.pid,
          'headwater',
        ].join('.');
        const stream = open(join(root, `${asName(model)}-${stamp(now)}`, file));
        const begun = { run: new BoardRun({ hyperparameters, everySteps }), stream };
        streams.add(stream);
        stream.on('drain', () => caughtUp(stream));
        finished(stream, { readable: false }, (error) => {
          streams.delete(stream);
          caughtUp(stream);
          if (error) failed(error);
          else if (streams.size === 0) settled?.();
        });
        runs.set(model, begun);
        write(stream, begun.run.begin(model, event.type === 'training-started' ? event.rows : undefined, now));
        return begun;
      };
      const finish = (succeeded: boolean, done: () => void): void => {
        for (const model of [...runs.keys()]) end(model, succeeded);
        if (streams.size === 0) done();
        else settled = done;
      };

      subscriber.add(() => {
        release?.();
        release = undefined;
        for (const stream of streams) if (!stream.writableEnded) stream.end();
      });
      follow(source, {
        next: (event) => {
          // Another training of the same model is a new run.
          if (event.type === 'training-started') end(event.model, true);
          const { run, stream } = runs.get(event.model) ?? begin(event.model, event);
          const records = run.add(event, scheduler.now());
          if (records !== undefined) write(stream, records);
        },
        error: (error) => finish(false, () => subscriber.error(error)),
        complete: () => finish(true, () => subscriber.complete()),
      });
    });
};
