import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { RecordFramer } from './RecordFramer.js';

const listed = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/**
 * The column names of the record that the framer has just found.
 *
 * @param delimiter the character between fields
 * @param wanted the columns that must be there
 * @throws HeadwaterError `HW_CSV` where the record cannot be read, `HW_COLUMNS` where a name stands twice or a column
 *   is missing
 */
export const readHeader = (
  framer: RecordFramer,
  source: string,
  delimiter: string,
  wanted: readonly string[],
): readonly string[] => {
  const where = `${source}:${framer.line}`;
  const bytes = framer.window.bytes.subarray(framer.from, framer.to);
  if (framer.fault === 'quote')
    throw new HeadwaterError(
      'HW_CSV',
      `${where}: the header has a quote that is out of place or never closed. Correct it.`,
      { where },
    );
  if (framer.fault === 'oversize')
    throw new HeadwaterError('HW_CSV', `${where}: the header is longer than a record may be. Is this a table?`, {
      where,
    });
  if (!isUtf8(bytes))
    throw new HeadwaterError('HW_CSV', `${where}: the header is not UTF-8. Save the table as UTF-8.`, { where });
  const names = parse(bytes, { delimiter, record_delimiter: '\n' })[0] ?? [];
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    throw new HeadwaterError(
      'HW_COLUMNS',
      `${where}: the header names ${listed([...new Set(twice)])} more than once. Rename the columns so that each name stands once.`,
      { where },
    );
  }
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new HeadwaterError(
      'HW_COLUMNS',
      `${where}: no column ${listed(missing)}. The header has ${listed(names)}. Name the columns so, or ask for others; the first line must be a header${
        names.length === 1 ? ', and the delimiter must be the one given' : ''
      }.`,
      { where },
    );
  }
  return names;
};
