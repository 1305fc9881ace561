import { join } from 'node:path';
import {
  catchError,
  defer,
  EMPTY,
  endWith,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  Subject,
  type Subscription,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { checkpoints, type MaybeCheckpoint } from '../../checkpoints/checkpoints.js';
import {
  checkpointFiles,
  latestCheckpoint,
  removeCheckpoints,
  type SavedCheckpoint,
} from '../../checkpoints/latestCheckpoint.js';
import type { Checkpoint } from '../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import type { TrainingEvent } from '../../contracts/training/TrainingEvent.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import type { FitOptions } from '../../operators/training/fit.js';
import type { SelectedBackend } from '../../ops/backends/selectBackend.js';
import { alongside } from '../../sinks/alongside.js';
import type { ReportMade } from '../../sinks/metrics/ReportMade.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import { VERSION } from '../process/version.js';
import type { CheckpointInterval, CheckpointOptions } from './checkpointOptions.js';
import { type EventLog, openEventLog } from './eventLog.js';
import { aboutOf, checkIdentity, computedBy, decidingOptions, rowHash } from './trainingIdentity.js';

/** The folder of the checkpoints within that of the artifacts. */
const FOLDER = 'checkpoints';

/** The default interval. Checkpoints then take at most a fiftieth of the time. */
const USUAL: CheckpointInterval = { type: 'time', ms: 30_000 };
const LEAST_RATIO = 50;

/** One training, ready to begin or to go on. */
export interface KeptTraining {
  /** What `fit` is told. */
  readonly fit: Pick<FitOptions, 'checkpointEvery' | 'from'>;
  /** The last checkpoint that was taken. */
  readonly last: () => Checkpoint | undefined;
  /** Stands around the events of the training: writes checkpoints and the event log. */
  readonly keeping: MonoTypeOperatorFunction<TrainingEvent | ReportMade>;
}

/** The checkpoints of a command's training. */
export interface TrainingCheckpoints {
  /** Reads what to go on from, where that is asked for; emits once. Undefined for a training that begins. */
  readonly found$: Observable<SavedCheckpoint | undefined>;
  /** The rows of the first pass go through here: their hash tells other data. */
  readonly hashing: MonoTypeOperatorFunction<Row>;
  /** Makes a training ready, once its rows and its backend are known; refuses a checkpoint of another one. */
  readonly ready: (
    found: SavedCheckpoint | undefined,
    backend: SelectedBackend,
    valve: Valve,
  ) => Observable<KeptTraining>;
  /** Removes the checkpoints: the artifacts are there. */
  readonly done$: Observable<never>;
  /** Says with an error from where the training can go on. */
  readonly explaining: <T>(source: Observable<T>) => Observable<T>;
  /** Asks for a checkpoint, and emits its end; false where there is nothing to keep. For the first signal. */
  readonly finish: () => false | Observable<unknown>;
}

const placeOf = ({ model, epoch, side, batch, steps }: Checkpoint): string =>
  side === 'ended' ? `${model}: its end, after ${steps} steps` : `${model}: epoch ${epoch}, ${side} batch ${batch}`;

/**
 * Keeps checkpoints of a training in `<out>/checkpoints`, and the event log that `--events` asks for.
 *
 * @param out the folder of the artifacts
 * @param options those of the command
 */
export const trainingCheckpoints = (
  out: string,
  options: CheckpointOptions,
  { stderr }: Pick<Terminal, 'stderr'>,
): TrainingCheckpoints => {
  const dir = join(out, FOLDER);
  const interval = options.checkpointEvery ?? USUAL;
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const ask$ = new Subject<void>();
  /** Emits when the write that a signal waits for has ended. */
  const settled$ = new Subject<void>();
  const rows = rowHash();
  /** Whether there is anything to keep. */
  let phase: 'before' | 'training' | 'ended' | 'over' = 'before';
  let signalled = false;
  /** The newest checkpoint that was taken, and the newest that is in a file. */
  let taken: { readonly checkpoint: Checkpoint; readonly since: number; readonly forSignal: boolean } | undefined;
  let begun: SavedCheckpoint | undefined;
  let written: { readonly path: string; readonly checkpoint: Checkpoint } | undefined;
  let clock: Subscription | undefined;
  let brake: Valve | undefined;
  /** Whether models are trained again that were trained before the checkpoint. */
  let replaying = false;
  /** A checkpoint that is written only since a signal came. */
  const late$ = new Subject<MaybeCheckpoint>();

  /** When a checkpoint was asked for that is not taken yet: copying the weights is a part of what it takes. */
  let askedAt: number | undefined;
  const askAfter = (ms: number): void => {
    clock?.unsubscribe();
    clock = timer(ms).subscribe(() => {
      askedAt = performance.now();
      ask$.next();
    });
  };
  const settle = (checkpoint: Checkpoint | undefined): void => {
    if (taken !== undefined && interval.type === 'time' && phase === 'training') {
      const spent = performance.now() - taken.since;
      askAfter(options.checkpointEvery === undefined ? Math.max(interval.ms, LEAST_RATIO * spent) : interval.ms);
    }
    if (signalled && (checkpoint === undefined || checkpoint === taken?.checkpoint) && taken?.forSignal !== false)
      settled$.next();
  };

  /** Whether an event is news to the files: not what was told before, nor the end of a training that goes on. */
  const isNews = (event: MaybeCheckpoint): boolean =>
    !replaying && (event.type !== 'checkpoint' || signalled || event.checkpoint?.side !== 'ended');

  const watch = (event: TrainingEvent | ReportMade): void => {
    switch (event.type) {
      case 'training-started':
      case 'training-resumed':
        phase = 'training';
        if (event.type === 'training-resumed') replaying = false;
        if (interval.type === 'time' && clock === undefined) askAfter(interval.ms);
        break;
      case 'step':
        if (interval.type === 'steps' && (steps += 1) % interval.steps === 0) ask$.next();
        break;
      case 'checkpoint':
        if (replaying) break;
        about.set(event.checkpoint, aboutNow());
        if (event.checkpoint.side === 'ended') phase = 'ended';
        // What would be trained after the last checkpoint is lost, and would only delay its write.
        if (signalled) brake?.hold('checkpoint');
        taken = {
          checkpoint: event.checkpoint,
          since: askedAt ?? performance.now(),
          forSignal: signalled || event.checkpoint.side === 'ended',
        };
        askedAt = undefined;
        break;
      default:
    }
  };
  let steps = 0;
  /** What is said of each checkpoint, as it was when it was taken. */
  const about = new WeakMap<Checkpoint, unknown>();
  let aboutNow: () => unknown = () => null;

  const prepare = async (
    found: SavedCheckpoint | undefined,
    backend: SelectedBackend,
    valve: Valve,
  ): Promise<KeptTraining> => {
    brake = valve;
    replaying = found !== undefined;
    begun = found;
    const identity = {
      version: VERSION,
      ...computedBy(backend),
      options: decidingOptions(options),
      data: rows.digest(),
    };
    let log: EventLog | undefined;
    if (found !== undefined) {
      checkIdentity(found, identity);
      steps = found.checkpoint.steps;
      const then = aboutOf(found).log;
      if ((then === null) !== (options.events === undefined))
        throw new HeadwaterError(
          'HW_USAGE',
          `The training cannot go on from ${found.path}: ${then === null ? 'there was no event log (--events) then' : 'there was an event log (--events) then, and now there is none'}. Give the same options, or train anew without --resume.`,
          { where: found.path },
        );
    }
    if (options.events !== undefined)
      log = await openEventLog(
        options.events,
        found === undefined ? undefined : (aboutOf(found).log ?? undefined),
        valve,
        say,
      );
    aboutNow = () => ({ ...identity, log: log?.position() ?? null });
    const files = checkpoints(dir, {
      replaces: found === undefined,
      about: (checkpoint) => about.get(checkpoint) ?? null,
      first: () => log?.synced() ?? EMPTY,
      written: {
        next: (file) => {
          written = file;
          settle(file.checkpoint);
        },
      },
      failed: {
        next: (error) => {
          say(`${error.message} The training goes on. [${error.code}]`);
          settle(undefined);
        },
      },
    });
    return {
      last: () => taken?.checkpoint,
      fit: { checkpointEvery: interval.type === 'never' ? undefined : ask$, from: found?.checkpoint },
      keeping: (event$) =>
        event$.pipe(
          tap(watch),
          alongside(
            ...(log === undefined
              ? []
              : [
                  (told$: Observable<TrainingEvent | ReportMade>) =>
                    told$.pipe(
                      filter((event) => isNews(event)),
                      log.sink,
                    ),
                ]),
            (told$) =>
              merge(
                told$.pipe(filter((event) => isNews(event))),
                late$.pipe(takeUntil(told$.pipe(ignoreElements(), endWith(undefined)))),
              ).pipe(files),
          ),
          finalize(() => clock?.unsubscribe()),
        ),
    };
  };

  return {
    found$: defer(() =>
      options.resume === true
        ? fromTask(
            latestCheckpoint(dir, {
              refused: { next: (error) => say(`${error.message} The one before it is used. [${error.code}]`) },
            }),
          ).pipe(
            tap((found) => {
              if (found === undefined) say(`There is no checkpoint in ${dir}: the training begins anew.`);
              else {
                checkIdentity(found, { version: VERSION, options: decidingOptions(options) });
                say(`going on from ${found.path} (${placeOf(found.checkpoint)})`);
              }
            }),
          )
        : from(checkpointFiles(dir)).pipe(
            map((files) => {
              if (files.length > 0)
                say(
                  `${dir} has checkpoints of a training that did not end; this one replaces them (--resume goes on with it).`,
                );
              return undefined;
            }),
          ),
    ),
    hashing: rows.hashing,
    ready: (found, backend, valve) => defer(() => prepare(found, backend, valve)),
    done$: defer(() => {
      phase = 'over';
      return removeCheckpoints(dir);
    }).pipe(ignoreElements()),
    explaining: catchError((error: unknown) =>
      throwError(() =>
        written !== undefined &&
        error instanceof HeadwaterError &&
        (error.code === 'HW_BACKEND' || error.code === 'HW_NUMERIC')
          ? new HeadwaterError(
              error.code,
              `${error.message} The last checkpoint is ${written.path} (${placeOf(written.checkpoint)})${error.code === 'HW_BACKEND' ? ': the same command with --resume goes on from it' : ''}.`,
              { cause: error, where: error.where },
            )
          : error,
      ),
    ),
    finish: () => {
      if (phase === 'before' || phase === 'over' || interval.type === 'never') return false;
      const tell = (): void => {
        if (written === undefined) return;
        say(`checkpoint: ${written.path} (${placeOf(written.checkpoint)})`);
        say('Go on by the same command with --resume.');
      };
      if (replaying && begun !== undefined) {
        written = begun;
        tell();
        return of(undefined);
      }
      say('writing a checkpoint; a second Ctrl-C ends at once');
      signalled = true;
      return new Observable((subscriber) => {
        const waiting = settled$.pipe(take(1), tap(tell)).subscribe(subscriber);
        if (phase === 'training') ask$.next();
        else if (taken !== undefined) {
          taken = { ...taken, forSignal: true };
          late$.next({ type: 'checkpoint', checkpoint: taken.checkpoint });
        }
        return waiting;
      });
    },
  };
};
