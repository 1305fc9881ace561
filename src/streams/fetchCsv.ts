import type { Observable } from 'rxjs';
import type { DeadLetter } from '../contracts/rows/Rejection.js';
import type { SourceRow } from '../contracts/rows/Row.js';
import type { BodyOptions } from './bodies/http/connection/BodyOptions.js';
import type { RetryOptions } from './bodies/http/retries/RetryOptions.js';
import { CsvReader } from './csv/CsvReader.js';
import { checkFormat, type TableFormat } from './csv/TableFormat.js';
import type { Snapshot } from './bodies/keepSnapshot.js';
import { locate } from './bodies/locate.js';
import { bodyError, openBody, openedOften, type KeepOptions } from './bodies/openBody.js';
import type { Pacing } from './pacing/Pacing.js';
import { readBody } from './bodies/readBody.js';
import { rejecting } from './internal/rejecting.js';
import { requireNumber } from './internal/requireNumber.js';
import { requirePacing } from './pacing/internal/requirePacing.js';
import { emptyMemory } from './bodies/SourceMemory.js';

/** How a table is read. */
export interface FetchCsvOptions extends BodyOptions, RetryOptions, KeepOptions, Pacing, TableFormat {
  /** Columns that must be there once each, in any order, among others. Default: none. */
  readonly columns?: readonly string[] | undefined;
  /**
   * Where records go that cannot be read. Default: none, and the first such record ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** The longest record. Bytes; default 1,048,576. */
  readonly maxRecordBytes?: number | undefined;
  /**
   * Is told of the bytes that every pass reads, once, when the first complete pass has read them. What it throws ends
   * the stream.
   */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
}

const MIB = 1_048_576;

/**
 * Emits the rows of a table, from a path or an address, as they arrive.
 *
 * Subscribing opens the file or asks the server; the rows come while the rest is still on its way, so a table of any
 * length runs in flat memory. Unsubscribing aborts at once: the connection or the file is closed, and nothing is
 * emitted any more.
 *
 * ```
 * bytes    title,cat\n  x,A\n y,B,?\n  "z\n1",A|
 * valve    open---------------- closed ---- open
 * rows     -------------x---------------------(z|)     x: line 2, z: line 4
 * rejected --------------------r----------------       r: ragged, line 3
 * ```
 *
 * **Format.** RFC 4180: a header, then records that end at LF or CRLF (or, where the header ends at a lone CR, at lone
 * CRs; elsewhere a lone CR is data). UTF-8, a byte order mark is left out. NUL bytes are data. Empty lines are no
 * records. The fields are in an object without a prototype, so that a column may be named `__proto__`.
 *
 * **Compression.** gzip, deflate (zlib or raw) and brotli over HTTP, by the server's word; gzip also by its first byte,
 * or by a name that ends in `.gz`, on disk.
 *
 * **Rejections.** A record that cannot be read leaves through `rejections`, in order, and counts as a record: every
 * `id` is either a row's or a rejection's. `ragged`: it has more or fewer fields than the header. `quote`: a quote is
 * inside an unquoted field, something follows a closing quote, or a quote is never closed. `encoding`: it is not UTF-8.
 * `oversize`: it is longer than `maxRecordBytes`. A record with a broken quote costs its first line alone, and reading
 * goes on with the next line: an unclosed quote cannot swallow the rest of the table (nor more memory than
 * `maxRecordBytes`). The price is that, where such a record did span lines, the others of its lines are read as
 * records.
 *
 * **Passes.** Whoever subscribes more than once, as each epoch does, reads the same bytes, or is told: the bytes of every
 * pass are hashed, and what has changed since the first complete pass is an error. A body over HTTP is asked for again,
 * unless `snapshotDir` is given: then the first complete pass writes the decoded body to `<sha256>.csv` there (a pass
 * that breaks off leaves nothing), and later passes read that file, checking its hash.
 *
 * **Failures.** A request that is answered with 408, 425, 429, 500, 502, 503 or 504, or not at all, and a body that
 * breaks off, are asked for again (see `RetryOptions`), each failure told to `events`. What is missing is asked for as a
 * range where the server has a strong validator (`ETag`, `Last-Modified`); otherwise what was read before comes again
 * and is skipped. Every row is emitted once, or the stream ends with an error: a body that is another the second time is
 * `HW_SOURCE_CHANGED`. Nobody who has not answered before is asked twice for a name or a port that is not there.
 *
 * **Proxies.** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the environment are kept to.
 *
 * **Holds** one chunk of 64 KiB or the longest record, whichever is more, twice over; plus what Node reads ahead: 64
 * KiB a stage (file or socket, decoder, snapshot). After the valve closes, no row is emitted, even from within the
 * `next` that closed it, and reading stops once those buffers are full. Rows are emitted synchronously, at most
 * `yieldAfter` ms in one go.
 *
 * **Errors**: `HW_PATH` missing, unreadable, or a directory; `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_STATUS`,
 * `HW_HTTP_REDIRECTS`; `HW_HTTP_CUT` a body that ends before its end, or is longer than the server declared;
 * `HW_ENCODING` a compressed body that is damaged, cut short, or of an unknown encoding; `HW_EMPTY` not even a header;
 * `HW_COLUMNS` a column missing or named twice; `HW_CSV` a header that cannot be read, or UTF-16; `HW_SOURCE_CHANGED`,
 * `HW_SNAPSHOT`; `HW_REJECTIONS` a rejection where there is no `rejections`; and whatever `rejections` throws. A header
 * without rows is no error: the stream completes.
 *
 * @param source a path, or an address: http, https or file. A name and a password in it are sent, and not shown in rows
 *   or messages
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
 * const titles = await lastValueFrom(fetchCsv(path, { columns: ['title'] }).pipe(map(({ fields }) => fields['title']), toArray()));
 * console.log(titles); // ['Rain, then sun', 'Late goal']
 * ```
 */
export const fetchCsv = (source: string | URL, options: FetchCsvOptions = {}): Observable<SourceRow> => {
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
        if (told || memory.snapshot === undefined) return;
        told = true;
        options.onSnapshot?.(memory.snapshot);
      },
    },
    options,
  );
};
