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
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { checkTime } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../internal/codeOf.js';
import { subscribeSink } from '../internal/subscribeSink.js';
import { writeFiles } from './writeFiles.js';

/** How a state is kept. */
export interface StateFileOptions {
  /**
   * How long after a change the file is written, in milliseconds, above 0: whatever changes meanwhile is written with
   * it. Default 1,000.
   */
  readonly delayMs?: number | undefined;
  /**
   * Gets the error of a damaged file; an Observer or a Subject of errors fits. The file is then moved to
   * `<path>.damaged`, and reading it gives undefined, so that the state begins empty. Default: none, and reading a
   * damaged file fails.
   */
  readonly damaged?: { next(damage: HeadwaterError): void } | undefined;
  /** Times `delayMs`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Writes the text to the file and completes, or fails. Default: by `writeFiles`, whole or not at all. */
  readonly write?: ((path: string, text: string) => ObservableInput<unknown>) | undefined;
}

/** A small state that survives a restart. */
export interface StateFile<A> {
  readonly path: string;
  /**
   * Reads what was kept: undefined where there is no file. `HW_PATH` where it cannot be read, `HW_ARTIFACT` where it is
   * damaged and there is no observer for damaged files, `HW_WRITE` where a damaged one cannot be moved.
   */
  readonly read: TaskEither<HeadwaterError, A | undefined>;
  /** A sink that keeps the state: each value of its source says that the state has changed. */
  keep(state: () => A): OperatorFunction<unknown, never>;
  /**
   * Waits until nothing is being written any more, also after an unsubscription, and gives the error of the last write
   * if it failed.
   */
  readonly settled: TaskEither<HeadwaterError, void>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const writeAtomically = async (path: string, text: string): Promise<void> => {
  const written = await writeFiles(dirname(path), new Map([[basename(path), new TextEncoder().encode(text)]]))();
  if (isLeft(written)) throw written.left;
};

/** The first thing that a codec found wrong, in words. */
const fault = ([error]: t.Errors): string => {
  const field = error?.context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .join('.');
  return `${field === undefined || field === '' ? 'it' : field} should be ${error?.context.at(-1)?.type.name ?? 'something else'}`;
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
 * Keeps a small state in a file of JSON, such as the headlines that were seen, so that it survives a restart.
 *
 * `keep` writes it a while after it has changed, and once more at the end:
 *
 * ```
 * source:        -a-b-c-----------d--|
 *                    keep(state)               delayMs: 4
 * file written:  -----[S]------------[T]       as it is then; T early, since the source has ended
 * result:        -----------------------|
 * ```
 *
 * A writing sink: it emits nothing, and completes once everything is written; it stands in `alongside`. Each write is
 * whole or not at all (`writeFiles`), and one waits for the other. On unsubscribing, too, what has changed is written;
 * wait for it with `settled`, before `process.exit` say.
 *
 * `read` gives it back. It is decoded by the codec, never trusted.
 *
 * - It holds the text that is being written.
 * - Errors of `keep`: `HW_PATH` and `HW_WRITE` of `writeFiles`, and what `state` or the codec throws, at once; an error
 *   of the source after the state is written. A write that fails after an unsubscription, or after an error of the
 *   source, is a process warning, and what `settled` gives.
 *
 * @param path the file; its folder is made where it is missing
 * @param codec what the state is, and how it is written as JSON
 * @param options `delayMs`, `damaged`, `scheduler` and `write`
 * @throws HeadwaterError `HW_USAGE` when `delayMs` is not above 0
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
 * await lastValueFrom(headline$.pipe(dedupe({ memory }), alongside(file.keep(() => memory.toJSON()))), { defaultValue: undefined });
 * ```
 */
export const stateFile = <A>(path: string, codec: t.Type<A, unknown>, options: StateFileOptions = {}): StateFile<A> => {
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
          `${path} is damaged (${why}), and cannot be moved out of the way: ${messageOf(failure)}. Move it away to begin anew.`,
          { where: path, cause: failure },
        ),
      );
    }
    damaged.next(damage(`It is now ${aside}, and everything begins anew.`));
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

  /** How the write ended that was begun last; it never rejects. */
  let last: Promise<Either<HeadwaterError, void>> = Promise.resolve(right(undefined));

  const settled = async (): Promise<Either<HeadwaterError, void>> => {
    for (;;) {
      const present = last;
      const result = await present;
      // What changed while it was written is written next, and `last` is that write then.
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
        /** How the source ended, once it has. */
        let end: (() => void) | undefined;
        /** Whether the subscriber has left, or gets another error: then a write that fails is a warning. */
        let warns = false;

        const put = (): void => {
          timer?.unsubscribe();
          timer = undefined;
          changed = false;
          writing = true;
          let settle: (result: Either<HeadwaterError, void>) => void = () => undefined;
          last = new Promise((resolve) => (settle = resolve));
          // Not added to the subscriber: it runs to its end though the subscriber leaves.
          defer(() => write(path, JSON.stringify(codec.encode(state())))).subscribe({
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

        /** Does what is to be done now: nothing while the file is being written, since this is called again then. */
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
