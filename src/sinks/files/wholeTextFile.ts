import { open, realpath, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  catchError,
  concatMap,
  defer,
  endWith,
  finalize,
  from,
  ignoreElements,
  type Observable,
  type OperatorFunction,
  throwError,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { syncFile } from '../../contracts/runtime/syncFile.js';
import { clearLeftBehind, discard } from '../../contracts/runtime/temporaries.js';
import { codeOf } from '../../contracts/codeOf.js';
import { makeTemporary, syncFolder } from './internal/wholeFile.js';

const compressed = promisify(gzip);

/** A file that has a temporary name until it is complete. */
export class WholeTextFile {
  readonly #path: string;
  readonly #gzip: boolean;
  #file: FileHandle | undefined;
  #temporary: string | undefined;
  #target = '';

  /** @param path the final path; a file whose name ends in `.gz` is compressed */
  constructor(path: string) {
    this.#path = path;
    this.#gzip = path.endsWith('.gz');
  }

  /** Writes a part of the text. */
  async write(text: string): Promise<void> {
    try {
      this.#file ??= await this.#open();
      // Gzip members one after another form a valid gzip file.
      await this.#file.appendFile(this.#gzip ? await compressed(text) : text);
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  /** Renames the file to its final path. From then on it exists and is complete. */
  async commit(): Promise<void> {
    try {
      this.#file ??= await this.#open();
      const file = this.#file;
      this.#file = undefined;
      try {
        if (this.#temporary !== undefined) await syncFile(file);
      } finally {
        await file.close();
      }
      if (this.#temporary === undefined) return;
      await rename(this.#temporary, this.#target);
      this.#temporary = undefined;
      await syncFolder(dirname(this.#target));
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  /** Removes the file if it was not committed. */
  async abandon(): Promise<void> {
    const [file, temporary] = [this.#file, this.#temporary];
    this.#file = this.#temporary = undefined;
    await file?.close().catch(() => undefined);
    if (temporary !== undefined) await discard(temporary);
  }

  async #open(): Promise<FileHandle> {
    const stats = await stat(this.#path).catch(() => undefined);
    // A pipe or a device is written to directly, without a temporary file.
    if (stats !== undefined && !stats.isFile()) return open(this.#path, 'a');
    this.#target = stats === undefined ? resolve(this.#path) : await realpath(this.#path);
    await clearLeftBehind(dirname(this.#target));
    let file: FileHandle | undefined;
    this.#temporary = await makeTemporary(dirname(this.#target), async (name) => (file = await open(name, 'wx')));
    if (file === undefined) throw new Error('The file was not opened.');
    return file;
  }

  #error(cause: unknown): HeadwaterError {
    return new HeadwaterError(
      'HW_WRITE',
      `${this.#path} could not be written (${String(codeOf(cause) ?? cause)}). Choose another place for it.`,
      { cause, where: this.#path },
    );
  }
}

/**
 * Writes texts to a file that is created completely when the source completes, or not at all.
 *
 * ```
 * source:  --a--b--|        --a--#
 *              wholeTextFile(path)
 * result:  --------(1|)     -----#    (1: the number of texts; no file is made on the right)
 * ```
 *
 * Until then it has a temporary name in the same folder. Temporary files that killed processes left there are removed.
 *
 * A file whose name ends in `.gz` is compressed. If the source is faster than the disk, its texts wait in memory: use a
 * source with back-pressure.
 *
 * Errors: those of the source, and `HW_WRITE`.
 */
export const wholeTextFile =
  (path: string): OperatorFunction<string, number> =>
  (source) =>
    defer(() => {
      const file = new WholeTextFile(path);
      let written = 0;
      return source.pipe(
        concatMap((text): Observable<never> => {
          written += 1;
          return from(file.write(text)).pipe(ignoreElements());
        }),
        endWith(undefined),
        concatMap(() => from(file.commit().then(() => written))),
        // When the error arrives, the unfinished file is already removed.
        catchError((error: unknown) => from(file.abandon()).pipe(concatMap(() => throwError(() => error)))),
        finalize(() => void file.abandon()),
      );
    });
