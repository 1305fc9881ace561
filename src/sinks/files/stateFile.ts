import { readFile, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import {
  asyncScheduler,
  defer,
  Observable,
  type ObservableInput,
  type OperatorFunction,
  retry,
  type SchedulerLike,
  type Subscription,
  throwError,
  timer as after,
} from 'rxjs';
import { messageOf } from '../../contracts/messageOf.js';
import { checkOptions, checkTime } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../../contracts/codeOf.js';
import { isOutOfFiles } from '../../contracts/isOutOfFiles.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import { writeFiles } from './writeFiles.js';

/** Options of `stateFile`. */
export interface StateFileOptions {
  /**
   * The time between a change and the write, in milliseconds, above 0. Changes in the meantime are written together.
   * Default 1,000.
   */
  readonly delayMs?: number | undefined;
  /**
   * Receives the error of a damaged file; an Observer or a Subject of errors fits. The file is then moved to
   * `<path>.damaged`, and reading it returns undefined, so that the state starts empty. Default: none, and reading a
   * damaged file fails.
   */
  readonly damaged?: { next(damage: HeadwaterError): void } | undefined;
  /** The clock of `delayMs`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * Writes the text to the file and completes, or fails. Default: `writeFiles`, which writes completely or not at all.
   */
  readonly write?: ((path: string, text: string) => ObservableInput<unknown>) | undefined;
}

/** A small state that survives a restart. */
export interface StateFile<A> {
  readonly path: string;
  /**
   * Reads the stored state; undefined if there is no file. Errors: `HW_PATH` if the file cannot be read, `HW_ARTIFACT`
   * if it is damaged and there is no observer for damaged files, `HW_WRITE` if a damaged file cannot be moved.
   */
  readonly read: TaskEither<HeadwaterError, A | undefined>;
  /** A sink that stores the state. Each value of its source means that the state has changed. */
  keep(state: () => A): OperatorFunction<unknown, never>;
  /**
   * Waits until no write is running, also after an unsubscription. Returns the error of the last write if it failed.
   */
  readonly settled: TaskEither<HeadwaterError, void>;
}

/** How often a write is tried again if no file can be opened, and the time between two tries. Milliseconds. */
const RETRIES = 300;
const RETRY_MS = 1000;

const writeAtomically = async (path: string, text: string): Promise<void> => {
  const written = await writeFiles(dirname(path), new Map([[basename(path), new TextEncoder().encode(text)]]))();
  if (isLeft(written)) throw written.left;
};

/** Describes the first error that the codec found. */
const fault = ([error]: t.Errors): string => {
  const field = error?.context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .join('.');
  return (
    `${field === undefined || field === '' ? 'it' : field} should be ` +
    (error?.context.at(-1)?.type.name ?? 'something else')
  );
};

const decoded = <A>(
  codec: t.Type<A, unknown>,
  bytes: Uint8Array,
): Either<{ readonly why: string; readonly cause?: unknown }, A> => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return left({ why: `it is not JSON (${messageOf(cause)})`, cause });
  }
  const result = codec.decode(value);
  return isLeft(result) ? left({ why: fault(result.left) }) : result;
};

/**
 * Stores a small state in a JSON file, such as the set of headlines already seen, so that it survives a restart.
 *
 * `keep` writes the state `delayMs` after a change, and once more at the end:
 *
 * ```marbles drawn
 * source:   -a-b-c-------d--|
 *           keep(state), delayMs: 4
 * written:  -----S----------T      the state at this time;  T is early, because the source has ended
 * result:   -----------------|
 * ```
 *
 * A writing sink: it emits nothing, and completes once everything is written. Use it in `alongside`. Each write is
 * complete or has no effect (`writeFiles`), and writes run one after another. On unsubscribing, a changed state is
 * written too; wait for it with `settled`, for example before `process.exit`. If too many files are open to open
 * another one, the write is tried again every second, for five minutes.
 *
 * `read` returns the stored state. The codec checks it, because a file may contain anything.
 *
 * - Memory: the text that is being written.
 * - Errors of `keep`: `HW_PATH` and `HW_WRITE` of `writeFiles`, and any error of `state` or the codec, at once; an
 *   error of the source after the state is written. If a write fails after an unsubscription or an error of the source,
 *   a process warning is emitted, and `settled` returns the error.
 *
 * @param path the file; its folder is created if it is missing
 * @param codec the type of the state and its JSON form
 * @param options `delayMs`, `damaged`, `scheduler` and `write`
 * @throws HeadwaterError `HW_USAGE` if `delayMs` is not above 0
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { isRight } from 'fp-ts/lib/Either.js';
 * import { EMPTY, lastValueFrom } from 'rxjs';
 * import { alongside, dedupe, dedupeMemory, dedupeMemoryFrom, DedupeMemoryJson, stateFile } from 'headwater';
 *
 * const file = stateFile(join(await mkdtemp(join(tmpdir(), 'headwater-')), 'seen.json'), DedupeMemoryJson);
 * const kept = await file.read();
 * const memory = isRight(kept) && kept.right !== undefined ? dedupeMemoryFrom(kept.right) : dedupeMemory();
 * const headline$ = EMPTY; // pollFeed('https://example.org/feed')
 * await lastValueFrom(headline$.pipe(dedupe({ memory }), alongside(file.keep(() => memory.toJSON()))), {
 *   defaultValue: undefined,
 * });
 * ```
 */
export const stateFile = <A>(path: string, codec: t.Type<A, unknown>, options: StateFileOptions = {}): StateFile<A> => {
  checkOptions('stateFile', options, 'path, codec, { delayMs: 1000 }');
  const { delayMs = 1000, damaged, scheduler = asyncScheduler, write = writeAtomically } = options;
  checkTime('stateFile', 'delayMs', delayMs);

  const read = async (): Promise<Either<HeadwaterError, A | undefined>> => {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return right(undefined);
      return left(
        new HeadwaterError(
          'HW_PATH',
          `${path} cannot be read: ${messageOf(cause)}. Check that it is a file, and its permissions.`,
          { where: path, cause },
        ),
      );
    }
    const state = decoded(codec, bytes);
    if (!isLeft(state)) return state;
    const { why, cause } = state.left;
    const damage = (what: string): HeadwaterError =>
      new HeadwaterError('HW_ARTIFACT', `${path} is damaged: ${why}. ${what}`, { where: path, cause });
    if (damaged === undefined) return left(damage('Correct it, or move it away to start without it.'));
    const aside = `${path}.damaged`;
    try {
      await rename(path, aside);
    } catch (failure) {
      return left(
        new HeadwaterError(
          'HW_WRITE',
          `${path} is damaged (${why}), and cannot be moved out of the ` +
            `way: ${messageOf(failure)}. Move it away to start from the beginning.`,
          { where: path, cause: failure },
        ),
      );
    }
    damaged.next(damage(`It is now ${aside}, and everything starts from the beginning.`));
    return right(undefined);
  };

  const failed = (cause: unknown): HeadwaterError =>
    cause instanceof HeadwaterError
      ? cause
      : new HeadwaterError(
          'HW_WRITE',
          `The state could not be written to ${path}: ${messageOf(cause)}. Check the file, and try again.`,
          { where: path, cause },
        );

  /** The result of the last write that was started; it never rejects. */
  let last: Promise<Either<HeadwaterError, void>> = Promise.resolve(right(undefined));

  const settled = async (): Promise<Either<HeadwaterError, void>> => {
    for (;;) {
      const present = last;
      const result = await present;
      // A change during this write starts another one, which `last` then refers to.
      if (present === last) return result;
    }
  };

  const keep =
    (state: () => A): OperatorFunction<unknown, never> =>
    (source) =>
      new Observable((subscriber) => {
        const follow = subscribeSink(subscriber);
        let changed = false;
        let writing = false;
        let timer: Subscription | undefined;
        /** Passes on the end of the source; undefined while the source runs. */
        let end: (() => void) | undefined;
        /** Whether the subscriber has left, or receives another error. A failed write then becomes a warning. */
        let warns = false;

        const put = (): void => {
          timer?.unsubscribe();
          timer = undefined;
          changed = false;
          writing = true;
          let settle: (result: Either<HeadwaterError, void>) => void = () => undefined;
          last = new Promise((resolve) => (settle = resolve));
          // Not added to the subscriber, so that the write finishes even if the subscriber leaves.
          const written$ = defer(() => write(path, JSON.stringify(codec.encode(state())))).pipe(
            retry({
              count: RETRIES,
              delay: (error: unknown) => (isOutOfFiles(error) ? after(RETRY_MS, scheduler) : throwError(() => error)),
            }),
          );
          written$.subscribe({
            error: (error: unknown) => {
              writing = changed = false;
              if (warns) process.emitWarning(failed(error));
              else subscriber.error(error);
              end?.();
              settle(left(failed(error)));
            },
            complete: () => {
              writing = false;
              goOn();
              settle(right(undefined));
            },
          });
        };

        /** Starts the next step. During a write it does nothing, because it is called again after the write. */
        const goOn = (): void => {
          if (writing) return;
          if (!changed) end?.();
          else if (end !== undefined || warns) put();
          else timer ??= scheduler.schedule(put, delayMs);
        };

        subscriber.add(() => {
          timer?.unsubscribe();
          warns = true;
          goOn();
        });
        follow(source, {
          next: () => {
            changed = true;
            goOn();
          },
          error: (error) => {
            warns = true;
            end = () => subscriber.error(error);
            goOn();
          },
          complete: () => {
            end = () => subscriber.complete();
            goOn();
          },
        });
      });

  return { path, read, keep, settled };
};
