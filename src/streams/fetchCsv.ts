import type { Observable } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { DeadLetter } from '../contracts/Rejection.js';
import type { SourceRow } from '../contracts/Row.js';
import { checkBodyOptions, type BodyOptions } from './BodyOptions.js';
import { CsvReader } from './CsvReader.js';
import type { Snapshot } from './keepSnapshot.js';
import { locate } from './locate.js';
import { bodyError, openBody } from './openBody.js';
import type { Pacing } from './Pacing.js';
import { readBody } from './readBody.js';
import { rejecting } from './rejecting.js';
import { requireNumber } from './requireNumber.js';
import { requirePacing } from './requirePacing.js';
import { emptyMemory } from './SourceMemory.js';

/** How a table is read. */
export interface FetchCsvOptions extends BodyOptions, Pacing {
  /** Columns that the header must have, in any order, among others. Default: none. */
  readonly columns?: readonly string[] | undefined;
  /** The character between fields, one of ASCII. Default a comma. */
  readonly delimiter?: string | undefined;
  /** Where records go that cannot be read. Default: none, and the first such record ends the stream with `HW_REJECTIONS`. */
  readonly rejections?: DeadLetter | undefined;
  /** The longest record. Bytes; default 1,048,576. */
  readonly maxRecordBytes?: number | undefined;
  /** The folder that a body is kept in that comes over HTTP or out of a pipe, made if it is not there. Default: none, and every subscription asks for the body again. */
  readonly snapshotDir?: string | undefined;
  /** Is told of the bytes that every pass reads, once, when the first complete pass has read them. What it throws ends the stream. */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
}

const MIB = 1_048_576;

const requireDelimiter = (delimiter: string): string => {
  if (/^[\0-\x7f]$/.test(delimiter) && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new HeadwaterError('HW_USAGE', `delimiter must be one ASCII character, and no quote or line break, not ${JSON.stringify(delimiter)}.`);
};

export const fetchCsv = (source: string | URL, options: FetchCsvOptions = {}): Observable<SourceRow> => {
  const location = locate(source);
  const opening = {
    ...checkBodyOptions(options),
    snapshotDir: options.snapshotDir,
  };
  const reading = {
    source: location.name,
    columns: options.columns ?? [],
    delimiter: requireDelimiter(options.delimiter ?? ','),
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
