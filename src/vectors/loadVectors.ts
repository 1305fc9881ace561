import { connect, defer, filter, type Observable, of, startWith, switchMap, take, tap } from 'rxjs';
import type { WordVector } from '../contracts/rows/WordVector.js';
import type { BodyOptions } from '../streams/bodies/http/connection/BodyOptions.js';
import { lineSource } from '../streams/bodies/lineSource.js';
import { readBody } from '../streams/bodies/readBody.js';
import type { Pacing } from '../streams/pacing/Pacing.js';
import { collectVectors, type CollectVectorsOptions } from '../text/vectors/collectVectors.js';
import { WordVectors } from '../text/vectors/WordVectors.js';
import { VectorFileReader } from './VectorFileReader.js';

/** How word vectors are loaded; the limit and the precision count for formats of others alone. */
export interface LoadVectorsOptions extends BodyOptions, Pacing, CollectVectorsOptions {
  /**
   * Told how many words were read, and of how many bytes (uncompressed), after each word; of a file that headwater wrote
   * it is not called.
   */
  readonly progress?: ((words: number, bytes: number) => void) | undefined;
}

/**
 * Loads word vectors, and emits them: from a file that `saveVectors` wrote, or from any that `readVectors` reads.
 *
 * Cold: subscribing opens the source, and unsubscribing closes it at once. A file that headwater wrote of 341,000 words
 * is there in a tenth of a second; text of the same size is read in seconds, so convert it once.
 *
 * Errors: `HW_VECTORS` where it is no file of word vectors, or damaged (hash, sizes, words and numbers are checked);
 * `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a path or an address (http, https, file)
 * @param options the most words, and how the numbers are held, of formats of others
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { loadVectors, saveVectors } from 'headwater';
 * import { lastValueFrom } from 'rxjs';
 * const folder = await mkdtemp(join(tmpdir(), 'headwater-'));
 * await writeFile(join(folder, 'words.vec'), '2 2\nferry 0.5 1\nport 0.25 -2\n');
 * const vectors = await lastValueFrom(loadVectors(join(folder, 'words.vec')));
 * await lastValueFrom(saveVectors(join(folder, 'words.hwv'), vectors));
 * const again = await lastValueFrom(loadVectors(join(folder, 'words.hwv'))); // in a fraction of the time
 * console.log(again.word(2)); // port
 * ```
 */
export const loadVectors = (source: string | URL, options: LoadVectorsOptions = {}): Observable<WordVectors> => {
  const { limit, precision, progress } = options;
  const { name, open, explain } = lineSource(source, options);
  const collect = collectVectors({ limit, precision, source: options.source ?? name });

  return defer(() => {
    let words = 0;
    let reader: VectorFileReader | undefined;
    const item$ = readBody<WordVector | WordVectors>(
      {
        open,
        explain,
        reader: (subscriber) =>
          (reader = new VectorFileReader(
            name,
            (vectors) => subscriber.next(vectors),
            (word) => subscriber.next(word),
          )),
      },
      options,
    );
    return item$.pipe(
      connect((shared$) =>
        shared$.pipe(
          take(1),
          // All of a file of our own is one item; of another one the first word came, and the others follow.
          switchMap((first) =>
            first instanceof WordVectors
              ? of(first)
              : shared$.pipe(
                  startWith(first),
                  filter((item): item is WordVector => !(item instanceof WordVectors)),
                  tap(() => progress?.(++words, reader?.bytesRead ?? 0)),
                  collect,
                ),
          ),
        ),
      ),
    );
  });
};
