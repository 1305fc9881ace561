import { isLeft } from 'fp-ts/lib/Either.js';
import { defer, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { subscribeSink } from '../internal/subscribeSink.js';
import { writeFiles } from './writeFiles.js';

/** The content of files by their names. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Options of `artifactFiles`. */
export interface ArtifactFilesOptions {
  /**
   * Writes the files to the folder and completes, or fails. Default `writeFiles`, which writes each file completely or
   * not at all.
   */
  readonly write?: ((dir: string, files: Files) => ObservableInput<unknown>) | undefined;
}

const writeAtomically = async (dir: string, files: Files): Promise<void> => {
  const written = await writeFiles(dir, files)();
  if (isLeft(written)) throw written.left;
};

/**
 * Writes the files of each value when it arrives, such as the artifacts of each epoch that improved.
 *
 * A writing sink: it emits nothing, and completes once everything is written.
 *
 * ```marbles drawn
 * source:   --a-----b-c-d---|
 *           artifactFiles(dir, encode)
 * begun:    --A-----B----D---
 * written:  ------A------B----D      C waited for B, and gave way to D
 * result:   -------------------|
 * ```
 *
 * `encode` is called at once, because the weights of a model change with its next step.
 *
 * - Memory: the files that are being written, and at most one waiting version of each file name. If values arrive
 *   faster than the disk writes them, a newer file replaces the waiting one of the same name. The folder therefore ends
 *   with the newest version of each file.
 * - An error of the source is passed on after the files before it are written. On unsubscribing, a running write
 *   finishes (each file is complete or absent), and waiting files are not written.
 * - Errors: any error of `encode`; `HW_PATH`, `HW_WRITE` and `HW_USAGE` of `writeFiles`. They end the subscription to
 *   the source at once.
 *
 * @param dir the folder; it is created if it is missing
 * @param encode returns the files of a value, or undefined if there is nothing to write for it
 *
 * @example
 * ```ts
 * import { mkdtemp, readFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { lastValueFrom, of } from 'rxjs';
 * import { artifactFiles } from 'headwater';
 * const dir = await mkdtemp(join(tmpdir(), 'headwater-'));
 * const epochs$ = of({ epoch: 1, improved: true }, { epoch: 2, improved: false });
 * const encode = (event: { epoch: number; improved: boolean }) =>
 *   event.improved ? new Map([['best.json', new TextEncoder().encode(JSON.stringify(event))]]) : undefined;
 * await lastValueFrom(epochs$.pipe(artifactFiles(dir, encode)), { defaultValue: undefined });
 * await readFile(join(dir, 'best.json'), 'utf8'); // '{"epoch":1,"improved":true}'
 * ```
 */
export const artifactFiles =
  <T>(
    dir: string,
    encode: (value: T) => Files | undefined,
    { write = writeAtomically }: ArtifactFilesOptions = {},
  ): OperatorFunction<T, never> =>
  (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      let waiting: Files | undefined;
      let writing = false;
      let ended: (() => void) | undefined;

      const start = (files: Files): void => {
        writing = true;
        subscriber.add(
          defer(() => write(dir, files)).subscribe({
            error: (error: unknown) => subscriber.error(error),
            complete: () => {
              writing = false;
              const next = waiting;
              waiting = undefined;
              if (next !== undefined) start(next);
              else ended?.();
            },
          }),
        );
      };
      const finish = (end: () => void): void => {
        if (writing) ended = end;
        else end();
      };

      follow(source, {
        next: (value) => {
          const files = encode(value);
          if (files === undefined) return;
          if (writing) waiting = new Map([...(waiting ?? []), ...files]);
          else start(files);
        },
        error: (error) => finish(() => subscriber.error(error)),
        complete: () => finish(() => subscriber.complete()),
      });
    });
