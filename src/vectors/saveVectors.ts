import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { defer, map, type Observable } from 'rxjs';
import { writeFiles } from '../sinks/files/writeFiles.js';
import { vectorFileParts } from '../text/vectors/vectorFile.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';

/** A file of word vectors was written. */
export interface SavedVectors {
  readonly path: string;
  readonly bytes: number;
  /** Its SHA-256, in hexadecimal. */
  readonly sha256: string;
}

/** The SHA-256 of consecutive parts, in hexadecimal, for `vectorFileParts`. */
export const sha256OfParts = (parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/**
 * Writes word vectors to a file that `loadVectors` reads in a fraction of a second, and emits a description of the
 * file.
 *
 * The file appears completely or not at all. Cold: each subscription writes it once.
 *
 * Errors: `HW_PATH` where the path is a folder, `HW_WRITE` where the file cannot be written.
 *
 * @param path the file; its folder is created if necessary
 * @param vectors the word vectors from `collectVectors`
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { lastValueFrom, of, switchMap } from 'rxjs';
 * import { collectVectors, findVectors, saveVectors } from 'headwater';
 * const path = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'small.vectors');
 * const word$ = of({ word: 'cup', values: Float32Array.of(0.1, 0.2) });
 * await lastValueFrom(word$.pipe(collectVectors(), switchMap((vectors) => saveVectors(path, vectors))));
 * const found = await lastValueFrom(findVectors(path));
 * console.log(found?.vectors.size); // 1
 * ```
 */
export const saveVectors = (path: string, vectors: WordVectors): Observable<SavedVectors> =>
  defer(async () => {
    const { parts, bytes, sha256 } = vectorFileParts(vectors, sha256OfParts);
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const full = resolve(path);
    const written = await writeFiles(dirname(full), new Map([[basename(full), whole]]))();
    return isLeft(written) ? written : { path, bytes, sha256 };
  }).pipe(
    map((saved) => {
      if ('left' in saved) throw saved.left;
      return saved;
    }),
  );
