import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { LineReader } from './bodies/LineReader.js';
import { lineSource, type ReadLinesOptions } from './bodies/lineSource.js';
import { readBody } from './bodies/readBody.js';
import { rejecting } from './internal/rejecting.js';

/**
 * Emits the lines of a stream, a file, or a body that comes over HTTP, each as soon as it has come.
 *
 * ```
 * bytes    ab cd\n ef\r\n g|
 * lines    ----a---b------(c|)     a = 'abcd', b = 'ef', c = 'g'
 * ```
 *
 * The text is UTF-8; a byte order mark is left out. A line ends at LF, CRLF or CR, and the last one where the body
 * ends; empty lines are lines. Files and addresses are opened as by `fetchCsv`, compressed ones too. Cold: subscribing
 * opens the source, and unsubscribing closes it at once. A `Readable` that is given is destroyed then, as `for await`
 * does, and can be read only once.
 *
 * Holds at most one chunk of 64 KiB, the longest line, and what Node's streams read ahead. Nothing is emitted, and no
 * more read, while the valve is closed.
 *
 * Errors: `HW_USAGE` for a source that cannot be read (thrown at once) or was read already; `HW_REJECTIONS` for a line
 * that is too long or not UTF-8 where there is no `rejections`; `HW_CSV` for UTF-16; `HW_PATH`, `HW_ENCODING` and
 * `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a stream such as `process.stdin`, a path, or an address (http, https, file)
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
