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
import { type ErrorCode, HeadwaterError } from '../../contracts/HeadwaterError.js';
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
import { type EventLog, isLogFile, openEventLog } from './eventLog.js';
import { aboutOf, checkIdentity, computedBy, type PreparedIdentity, rowHash } from './trainingIdentity.js';

/** The subfolder of the checkpoints in the folder of the artifacts. */
const FOLDER = 'checkpoints';

/** The default interval. It grows so that checkpoints take at most a fiftieth of the time. */
const USUAL: CheckpointInterval = { type: 'time', ms: 30_000 };
const LEAST_RATIO = 50;

/** Errors whose cause the user can remove: a lost device, and a full disk or a wrong folder when the model is saved. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['HW_BACKEND', 'HW_WRITE', 'HW_PATH']);

/** One training, ready to start or resume. */
export interface KeptTraining {
  readonly fit: Pick<FitOptions, 'checkpointEvery' | 'from'>;
  /** The last checkpoint. */
  readonly last: () => Checkpoint | undefined;
  /** Wraps the events of the training: it writes checkpoints and the event log. */
  readonly keeping: MonoTypeOperatorFunction<TrainingEvent | ReportMade>;
}

/** The checkpoints of a command's training. */
export interface TrainingCheckpoints {
  /** Reads the checkpoint to resume from, if requested; emits once. Undefined for a new training. */
  readonly found$: Observable<SavedCheckpoint | undefined>;
  /** An operator on the rows of the first pass. Their hash shows whether the data has changed. */
  readonly hashing: MonoTypeOperatorFunction<Row>;
  /**
   * Prepares a training when its rows, its backend and all else that decides its result (`besides`) are known. It
   * refuses a checkpoint of another training.
   */
  readonly ready: (
    found: SavedCheckpoint | undefined,
    backend: SelectedBackend,
    valve: Valve,
    besides: PreparedIdentity,
  ) => Observable<KeptTraining>;
  /** Removes the checkpoints, because the artifacts are saved. */
  readonly done$: Observable<never>;
  /** Adds to an error from which checkpoint the training can resume. */
  readonly explaining: <T>(source: Observable<T>) => Observable<T>;
  /**
   * Requests a checkpoint, and emits when it is written; false if there is nothing to save. Used for the first signal.
   */
  readonly finish: () => false | Observable<unknown>;
}

const placeOf = ({ model, epoch, side, batch, steps }: Checkpoint): string =>
  side === 'ended' ? `${model}: its end, after ${steps} steps` : `${model}: epoch ${epoch}, ${side} batch ${batch}`;

/**
 * Saves checkpoints of a training in `<out>/checkpoints`, and the event log of `--events`.
 *
 * @param out the folder of the artifacts
 * @param options the options about checkpoints
 * @param deciding the options of the command that can change the result of the training
 */
export const trainingCheckpoints = (
  out: string,
  options: CheckpointOptions,
  deciding: Readonly<Record<string, unknown>>,
  { stderr }: Pick<Terminal, 'stderr'>,
): TrainingCheckpoints => {
  const dir = join(out, FOLDER);
  const interval = options.checkpointEvery ?? USUAL;
  const say = (line: string): void => void stderr.write(`${line}\n`);
  const ask$ = new Subject<void>();
  /** Emits when the write for which a signal waits has ended. */
  const settled$ = new Subject<void>();
  const rows = rowHash();
  /** The phase of the training. It decides whether there is anything to save. */
  let phase: 'before' | 'training' | 'ended' | 'over' = 'before';
  let signalled = false;
  /** The newest checkpoint, and the newest checkpoint in a file. */
  let taken: { readonly checkpoint: Checkpoint; readonly since: number; readonly forSignal: boolean } | undefined;
  let begun: SavedCheckpoint | undefined;
  let written: { readonly path: string; readonly checkpoint: Checkpoint } | undefined;
  let clock: Subscription | undefined;
  let brake: Valve | undefined;
  /** Whether the training repeats models that were trained before the checkpoint. */
  let replaying = false;
  /** A checkpoint that is written only because a signal arrived. */
  const late$ = new Subject<MaybeCheckpoint>();

  /**
   * The time of the request for a checkpoint that is not taken yet. The duration of a checkpoint includes copying the
   * weights.
   */
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

  /**
   * Whether an event must be written: not if it was already written before the resume, and not if it is the end of a
   * training that continues.
   */
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
        // Training after the last checkpoint would be lost, and would only delay its write.
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
  /** The further content of each checkpoint, as of the time when it was taken. */
  const about = new WeakMap<Checkpoint, unknown>();
  let aboutNow: () => unknown = () => null;

  const prepare = async (
    found: SavedCheckpoint | undefined,
    backend: SelectedBackend,
    valve: Valve,
    besides: PreparedIdentity,
  ): Promise<KeptTraining> => {
    brake = valve;
    replaying = found !== undefined;
    begun = found;
    const identity = {
      version: VERSION,
      ...computedBy(backend),
      options: deciding,
      data: rows.digest(),
      ...besides,
    };
    let log: EventLog | undefined;
    if (found !== undefined) {
      checkIdentity(found, identity);
      steps = found.checkpoint.steps;
      const then = aboutOf(found).log;
      const isContinued = options.events !== undefined && isLogFile(options.events);
      if ((then !== null) !== isContinued)
        throw new HeadwaterError(
          'HW_USAGE',
          `The training cannot continue from ${found.path}: ` +
            (then === null
              ? 'there was no complete event log (--events) then. Leave --events out, '
              : 'there was an event log (--events) then, and now there is none. Give the same file, ') +
            'or start again without --resume.',
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
          say(`${error.message} The training continues. [${error.code}]`);
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
              if (found === undefined) say(`There is no checkpoint in ${dir}: the training starts from the beginning.`);
              else {
                checkIdentity(found, { version: VERSION, options: deciding });
                say(`going on from ${found.path} (${placeOf(found.checkpoint)})`);
              }
            }),
          )
        : from(checkpointFiles(dir)).pipe(
            map((files) => {
              if (files.length > 0)
                say(
                  `${dir} has checkpoints of a training that did not end; ` +
                    'this one replaces them (--resume continues with it).',
                );
              return undefined;
            }),
          ),
    ),
    hashing: rows.hashing,
    ready: (found, backend, valve, besides) => defer(() => prepare(found, backend, valve, besides)),
    done$: defer(() => {
      phase = 'over';
      return removeCheckpoints(dir);
    }).pipe(
      ignoreElements(),
      // The model is saved, so the training has succeeded.
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError)) throw error;
        say(`${error.message} [${error.code}]`);
        return EMPTY;
      }),
    ),
    explaining: catchError((error: unknown) =>
      throwError(() =>
        written !== undefined &&
        error instanceof HeadwaterError &&
        (error.code === 'HW_NUMERIC' || PASSING.has(error.code))
          ? new HeadwaterError(
              error.code,
              `${error.message} The last checkpoint is ${written.path} ` +
                `(${placeOf(written.checkpoint)})` +
                (PASSING.has(error.code) ? ': the same command with --resume continues from it.' : '.'),
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
        say('Continue with the same command and --resume.');
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
