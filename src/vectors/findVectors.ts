import { existsSync } from 'node:fs';
import { defer, map, type Observable, of } from 'rxjs';
import { checkOptions } from '../contracts/checkOption.js';
import { locate } from '../streams/bodies/locate.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';
import { checkVectorOptions, loadVectors, type LoadVectorsOptions } from './loadVectors.js';
import { englishVectors } from './vectorsFolder.js';

/** Word vectors, and the place where they were found. */
export interface FoundVectors {
  readonly vectors: WordVectors;
  /** The path or address from which they were loaded, without the user name and the password of an address. */
  readonly source: string;
}

/** The options of `findVectors`. */
export interface FindVectorsOptions extends LoadVectorsOptions {
  /**
   * The environment that determines the cache folder: `XDG_CACHE_HOME`, otherwise `~/.cache`. Default: that of this
   * process.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Finds the word vectors of the user's choice and emits them; undefined where there are none.
 *
 * It accepts the values of the command's `--vectors`: a path or an address, or `none` for no vectors. The default is
 * the file that `headwater setup vectors` stored in the cache, if it exists.
 *
 * Cold: each subscription loads them. Errors: those of `loadVectors`. So a damaged file in the cache is an error, and
 * is not treated as missing.
 *
 * @param choice a path, an address, or `none`. Default: those in the cache
 * @param options the place of the cache, and the options of loading
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { lastValueFrom } from 'rxjs';
 * import { findVectors } from 'headwater';
 * const found = await lastValueFrom(findVectors('none'));
 * console.log(found === undefined); // true; without 'none', the vectors of `headwater setup vectors`
 * ```
 */
export const findVectors = (
  choice?: string,
  options: FindVectorsOptions = {},
): Observable<FoundVectors | undefined> => {
  checkOptions('findVectors', options, 'choice, { limit: 100_000 }');
  const { env = process.env, ...loading } = options;
  checkVectorOptions('findVectors', loading);
  return defer(() => {
    if (choice === 'none') return of(undefined);
    const cached = englishVectors(env);
    if (choice === undefined && !existsSync(cached)) return of(undefined);
    const source = choice ?? cached;
    return loadVectors(source, loading).pipe(map((vectors) => ({ vectors, source: locate(source).name })));
  });
};
