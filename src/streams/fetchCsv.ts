import type { Observable } from 'rxjs';
import { checkTypes } from '../contracts/checkOption.js';
import type { DeadLetter } from '../contracts/rows/Rejection.js';
import type { SourceRow } from '../contracts/rows/Row.js';
import type { BodyOptions } from './bodies/http/connection/BodyOptions.js';
import type { RetryOptions } from './bodies/http/retries/RetryOptions.js';
import { CsvReader } from './csv/CsvReader.js';
import { checkFormat, TABLE_TYPES, type TableFormat } from './csv/TableFormat.js';
import type { Snapshot } from './bodies/keepSnapshot.js';
import { locate } from './bodies/locate.js';
import { bodyError, openBody, openedOften, type KeepOptions } from './bodies/openBody.js';
import type { Pacing } from './pacing/Pacing.js';
import { readBody } from './bodies/readBody.js';
import { rejecting } from './internal/rejecting.js';
import { requireNumber } from './internal/requireNumber.js';
import { requirePacing } from './pacing/internal/requirePacing.js';
import { accept, emptyMemory } from './bodies/SourceMemory.js';

/** How a table is read. */
export interface FetchCsvOptions extends BodyOptions, RetryOptions, KeepOptions, Pacing, TableFormat {
  /** Required columns. Each must occur exactly once; order and further columns do not matter. Default: none. */
  readonly columns?: readonly string[] | undefined;
  /**
   * Receives the records that cannot be read. Default: none, so that the first such record ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** The longest record. Bytes; default 1,048,576. */
  readonly maxRecordBytes?: number | undefined;
  /**
   * Receives the snapshot of the bytes once, after the first complete pass. If it throws, the stream ends with this
   * error. Default: none.
   */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
}

const MIB = 1_048_576;

/**
 * Emits the rows of a table at a path or a URL, as they arrive.
 *
 * Subscribing opens the file or sends the request. Rows are emitted while the rest is still being read, so memory does
 * not grow with the length of the table. Unsubscribing closes the connection or the file at once, and nothing more is
 * emitted.
 *
 * ```marbles drawn
 * title,cat ⏎ x,A ⏎ y,B,? ⏎ "z ⏎ 1",A
 * valve:     -----c------o---      c: closed;  o: open
 * rows:      --x-----------z|      x: line 2;  z: line 4
 * rejected:  ----r-----------      r: ragged, line 3
 * ```
 *
 * **Format.** RFC 4180: a header, then records that end at LF or CRLF. If the header ends at a lone CR, records end at
 * lone CRs; otherwise a lone CR is data. The encoding is UTF-8; a byte order mark is skipped. NUL bytes are data. Empty
 * lines are not records. The fields are in an object without a prototype, so that a column may be named `__proto__`.
 *
 * **Compression.** Over HTTP: gzip, deflate (zlib or raw) and brotli, as the server declares. Over HTTP and on disk:
 * gzip, recognized by its first byte, in one member or several. Bytes after the last member are ignored. A file whose
 * name ends in `.gz` and which is not gzip is `HW_USAGE`.
 *
 * **Rejections.** A record that cannot be read is sent to `rejections`, in order, and counts as a record: every `id`
 * belongs to either a row or a rejection. `ragged`: it has more or fewer fields than the header. `quote`: a quote is
 * inside an unquoted field, something follows a closing quote, or a quote is never closed. `encoding`: it is not UTF-8.
 * `oversize`: it is longer than `maxRecordBytes`. A record with a broken quote rejects only its first line, and reading
 * continues at the next line. So an unclosed quote does not reject the rest of the table, and needs no more memory
 * than `maxRecordBytes`. If such a record did span several lines, its other lines are read as records.
 *
 * **Passes.** Each subscription (one per epoch, for example) reads the same bytes, or fails: the bytes of every pass
 * are hashed, and a difference from the first complete pass is an error. Without `snapshotDir`, each pass sends a new
 * HTTP request. With it, the first complete pass writes the decoded body to `<sha256>.csv` in that folder, and later
 * passes read that file and check its hash. A pass that is interrupted leaves no file.
 *
 * **Failures.** A request is retried if it is answered with 408, 425, 429, 500, 502, 503, 504 or 520 to 530, or gets
 * no answer, or if its body breaks off (see `RetryOptions`). Each failure is reported to `events`. If the server sends
 * a strong validator (`ETag`, `Last-Modified`), only the missing bytes are requested, as a range. Otherwise the whole
 * body is requested again and the bytes that were read before are skipped. Every row is emitted once, or the stream
 * ends with an error: if these bytes are others than before, it is `HW_SOURCE_CHANGED`. If the server never answered
 * before, an unknown host name or a closed port is not retried.
 *
 * **Proxies.** The environment variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are respected.
 *
 * **Memory.** Holds twice the larger of one chunk (64 KiB) and the longest record, plus what Node reads ahead: 64 KiB
 * per stage (file or socket, decoder, snapshot). After the valve closes, no row is emitted, even if it closes during
 * `next`. Reading stops once those buffers are full. Rows are emitted synchronously, for at most `yieldAfter` ms at a
 * time.
 *
 * **Errors**: `HW_PATH` missing, unreadable, or a directory; `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_STATUS`,
 * `HW_HTTP_REDIRECTS`; `HW_HTTP_CUT` a body that is shorter or longer than the server declared; `HW_ENCODING` a
 * compressed body that is damaged, cut short, or of an unknown encoding; `HW_EMPTY` not even a header; `HW_COLUMNS` a
 * column missing or named twice; `HW_CSV` a header that cannot be read, or UTF-16; `HW_SOURCE_CHANGED`, `HW_SNAPSHOT`;
 * `HW_REJECTIONS` a rejection where there is no `rejections`; and any error that `rejections` throws. A header without
 * rows is not an error: the stream completes.
 *
 * @param source a path or a URL (http, https or file). A user name and a password in the URL are sent, but not shown in
 *   rows or messages
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { fetchCsv } from 'headwater';
 * import { lastValueFrom, map, toArray } from 'rxjs';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'news.csv');
 * await writeFile(path, 'title,category\n"Rain, then sun",World\nLate goal,Sports\n');
 * const titles = await lastValueFrom(
 *   fetchCsv(path, { columns: ['title'] }).pipe(
 *     map(({ fields }) => fields['title']),
 *     toArray(),
 *   ),
 * );
 * console.log(titles); // ['Rain, then sun', 'Late goal']
 * ```
 */
export const fetchCsv = (source: string | URL, options: FetchCsvOptions = {}): Observable<SourceRow> => {
  checkTypes('fetchCsv', options, TABLE_TYPES);
  const location = locate(source);
  const opening = openedOften(options);
  const reading = {
    source: location.name,
    columns: options.columns ?? [],
    format: checkFormat(options),
    maxRecordBytes: requireNumber('maxRecordBytes', options.maxRecordBytes, MIB, 1),
  };
  requirePacing(options);
  const memory = emptyMemory();
  let told = false;
  return readBody(
    {
      open: (signal) => openBody(location, opening, memory, signal),
      reader: (subscriber) => new CsvReader(reading, (row) => subscriber.next(row), rejecting(options.rejections)),
      explain: (error, progress) => bodyError(location, error, progress),
      complete: () => {
        if (!told && memory.snapshot !== undefined) {
          told = true;
          options.onSnapshot?.(memory.snapshot);
        }
        return accept(memory);
      },
    },
    options,
  );
};
