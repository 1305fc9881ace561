import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { checkOptions } from '../contracts/checkOption.js';
import { LineReader } from './bodies/LineReader.js';
import { lineSource, type ReadLinesOptions } from './bodies/lineSource.js';
import { readBody } from './bodies/readBody.js';
import { rejecting } from './internal/rejecting.js';

/**
 * Emits the lines of a stream, a file or an HTTP body, each as soon as it is complete.
 *
 * ```marbles drawn
 * ab cd ⏎ ef ⏎ g
 * lines:  ---a---b---(c|)      a: 'ab cd';  b: 'ef';  c: 'g'
 * ```
 *
 * The text is UTF-8; a byte order mark is skipped. A line ends at LF, CRLF or CR, and the last one at the end of the
 * body. Empty lines are emitted too. Files and URLs are opened as by `fetchCsv`, including compressed ones. Cold:
 * subscribing opens the source, and unsubscribing closes it at once. A given `Readable` is destroyed at the end, as by
 * `for await`, and can be read only once.
 *
 * Holds at most one chunk of 64 KiB, the longest line, and what Node's streams read ahead. While the valve is closed,
 * nothing is emitted and nothing more is read.
 *
 * Errors: `HW_USAGE` for a source that cannot be read (thrown immediately) or was already read; without `rejections`,
 * `HW_REJECTIONS` for a line that is too long or not UTF-8; `HW_CSV` for UTF-16; `HW_PATH`, `HW_ENCODING` and
 * `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a stream such as `process.stdin`, a path, or a URL (http, https, file)
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { readLines } from 'headwater';
 * import { lastValueFrom, toArray } from 'rxjs';
 *
 * const lines = await lastValueFrom(readLines(Readable.from(['one\ntw', 'o\r\n', 'three'])).pipe(toArray()));
 * console.log(lines); // ['one', 'two', 'three']
 * ```
 */
export const readLines = (source: Readable | string | URL, options: ReadLinesOptions = {}): Observable<string> => {
  checkOptions('readLines', options, 'source, { maxLineBytes: 65_536 }');
  const { name, open, explain, maxLineBytes } = lineSource(source, options);
  return readBody(
    {
      open,
      explain,
      reader: (subscriber) =>
        new LineReader(name, maxLineBytes, (line) => subscriber.next(line), rejecting(options.rejections)),
    },
    options,
  );
};
