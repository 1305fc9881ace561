import { existsSync } from 'node:fs';
import { defer, map, type Observable, of } from 'rxjs';
import type { WordVectors } from '../text/vectors/WordVectors.js';
import { loadVectors, type LoadVectorsOptions } from './loadVectors.js';
import { englishVectors } from './vectorsFolder.js';

/** Word vectors that were found, and where. */
export interface FoundVectors {
  readonly vectors: WordVectors;
  /** The path or address that they were loaded from. */
  readonly source: string;
}

/** How word vectors are looked for. */
export interface FindVectorsOptions extends LoadVectorsOptions {
  /** Where the cache is: `XDG_CACHE_HOME`, else `~/.cache`. Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Finds the word vectors that a person means, and emits them; undefined where there are none.
 *
 * What `--vectors` of the command takes: a path or an address, `none` for no vectors, and by default those that
 * `headwater setup vectors` left in the cache, if it did.
 *
 * Cold: they are loaded at each subscription. Errors: those of `loadVectors`; so a file in the cache that is damaged is
 * an error, and not taken for none.
 *
 * @param choice a path, an address, or `none`. Default: those in the cache
 * @param options where the cache is, and how they are loaded
 */
export const findVectors = (
  choice?: string,
  { env = process.env, ...options }: FindVectorsOptions = {},
): Observable<FoundVectors | undefined> =>
  defer(() => {
    if (choice === 'none') return of(undefined);
    const cached = englishVectors(env);
    if (choice === undefined && !existsSync(cached)) return of(undefined);
    const source = choice ?? cached;
    return loadVectors(source, options).pipe(map((vectors) => ({ vectors, source })));
  });
