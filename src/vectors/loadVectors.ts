import { connect, defer, filter, type Observable, of, startWith, switchMap, take, tap } from 'rxjs';
import { requirePacing } from '../streams/pacing/internal/requirePacing.js';
import { checkBodyOptions } from '../streams/bodies/http/connection/BodyOptions.js';
import { checkTypes } from '../contracts/checkOption.js';
import type { WordVector } from '../contracts/rows/WordVector.js';
import type { BodyOptions } from '../streams/bodies/http/connection/BodyOptions.js';
import { lineSource } from '../streams/bodies/lineSource.js';
import { readBody } from '../streams/bodies/readBody.js';
import type { Pacing } from '../streams/pacing/Pacing.js';
import { collectVectors, type CollectVectorsOptions } from '../text/vectors/collectVectors.js';
import { WordVectors } from '../text/vectors/WordVectors.js';
import { VectorFileReader } from './VectorFileReader.js';

/** The options of `loadVectors`. The limit and the precision apply only to files of other formats. */
export interface LoadVectorsOptions extends BodyOptions, Pacing, CollectVectorsOptions {
  /**
   * Receives the number of words read, and of bytes (uncompressed), after each word. It is not called for a file that
   * headwater wrote. Default: none.
   */
  readonly progress?: ((words: number, bytes: number) => void) | undefined;
}

/**
 * Checks the types of the options of `loadVectors`.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkVectorOptions = (call: string, options: LoadVectorsOptions): void => {
  checkTypes(call, options, { limit: 'number', precision: ['int8', 'float32'], source: 'string' });
  checkBodyOptions(options);
  requirePacing(options);
};

/**
 * Loads word vectors and emits them, from a file that `saveVectors` wrote or from a format that `readVectors` reads.
 *
 * Cold: subscribing opens the source, and unsubscribing closes it at once. A file of 341,000 words that headwater wrote
 * loads in a tenth of a second. A text file of the same size takes seconds, so convert it once.
 *
 * Errors: `HW_VECTORS` where it is not a file of word vectors, or is damaged (hash, sizes, words and numbers are
 * checked); `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as for `fetchCsv`.
 *
 * @param source a path or an address (http, https, file)
 * @param options for other formats: the largest number of words, and the storage of the numbers
 * @throws HeadwaterError `HW_USAGE` for an invalid source or option
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
  checkVectorOptions('loadVectors', options);
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
          // A file of this library emits a single item. For another format, this is the first word, and the others
          // follow.
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
