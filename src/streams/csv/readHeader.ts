import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { listNames } from '../internal/listNames.js';
import { lenientFields } from './lenientFields.js';
import type { RecordFramer } from './RecordFramer.js';
import type { CheckedFormat } from './TableFormat.js';

/** The format as options of csv-parse. */
export const parserOptions = ({ delimiter, quote }: CheckedFormat) => ({
  delimiter: Buffer.from(delimiter).toString('utf8'),
  quote: quote < 0 ? (false as const) : String.fromCharCode(quote),
  escape: quote < 0 ? (false as const) : String.fromCharCode(quote),
  relax_column_count: true,
});

/**
 * Makes the names of the columns unique. A repeated name gets the number of its column appended, such as `title.3`. A
 * repeated empty name becomes `Unnamed: 3`.
 */
const distinct = (names: readonly string[]): readonly string[] => {
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name, i) => {
    let called = name;
    for (let n = i + 1; used.has(called) || (called !== name && taken.has(called)); n++) {
      called = name === '' ? `Unnamed: ${n}` : `${name}.${n}`;
    }
    used.add(called);
    return called;
  });
};

/**
 * The column names from the record that the framer has just found; if the format has no header, the numbers of the
 * columns.
 */
const namesOf = (framer: RecordFramer, where: string, format: CheckedFormat): readonly string[] => {
  const bytes = framer.window.bytes.subarray(framer.from, framer.to);
  const refuse = (message: string): never => {
    throw new HeadwaterError('HW_CSV', `${where}: ${message}`, { where });
  };
  if (!format.header) return Array.from({ length: framer.delimiterCount + 1 }, (_, i) => String(i + 1));
  if (framer.fault === 'quote') refuse('the header has a quote that is out of place or never closed. Correct it.');
  if (framer.fault === 'oversize') refuse('the header is longer than a record may be. Is this a table?');
  if (!isUtf8(bytes)) refuse('the header is not UTF-8. Save the table as UTF-8, or name its encoding (--encoding).');
  if (bytes.includes(0) && bytes.filter((byte) => byte === 0).length * 3 > bytes.length)
    refuse('the header is UTF-16 without a byte order mark. Save it as UTF-8, or name its encoding (--encoding).');
  if (framer.stray || framer.padded) {
    const written = framer.writtenFields(framer.from, framer.to, framer.firstDelimiter, framer.delimiterCount);
    return lenientFields(written, format, framer.literal);
  }
  return parse(bytes, { ...parserOptions(format), record_delimiter: '\n' })[0] ?? [];
};

/**
 * The column names from the record that the framer has just found. The time is linear in the number of columns.
 *
 * @throws HeadwaterError `HW_CSV` if the record cannot be read, `HW_COLUMNS` if a required column is missing or occurs
 *   twice
 */
export const readHeader = (
  framer: RecordFramer,
  {
    source,
    columns,
    format,
    rowNames,
  }: {
    readonly source: string;
    readonly columns: readonly string[];
    readonly format: CheckedFormat;
    readonly rowNames?: boolean | undefined;
  },
): readonly string[] => {
  const where = `${source}:${framer.line}`;
  const found = namesOf(framer, where, format);
  const names = rowNames === true ? ['', ...found] : found;
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  const twice = columns.filter((name) => (times.get(name) ?? 0) > 1);
  if (twice.length > 0) {
    throw new HeadwaterError(
      'HW_COLUMNS',
      `${where}: the header names ${listNames(twice)} more than once. Rename the columns so that the name stands once.`,
      { where },
    );
  }
  const missing = columns.filter((name) => !times.has(name));
  if (missing.length > 0) {
    throw new HeadwaterError(
      'HW_COLUMNS',
      `${where}: no column ${listNames(missing)}. The header has ${listNames(names)}. ` +
        'Name the columns so, or ask for others; the first line must be a ' +
        `header${names.length === 1 ? ', and the delimiter must be the one given' : ''}.`,
      { where },
    );
  }
  return distinct(names);
};
