import { CHUNK_BYTES } from '../../bodies/bytes/ByteWindow.js';
import { CsvReader } from '../../csv/CsvReader.js';
import { checkFormat, type CheckedFormat, type TableFormat } from '../../csv/TableFormat.js';
import { byValues } from './columns/columnValues.js';
import { isKnownName } from '../columnNames.js';
import { oddDelimiters } from './oddDelimiters.js';
import { withoutEmptyEnd } from './repairRecord.js';

/** The first records of a table, read in one format. */
export interface TableSample {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly rejected: number;
}

/** The format of a table, with additional properties that are only detected. */
export interface SampleFormat extends TableFormat {
  /** Whether spaces are allowed between a delimiter and the quotes around a field. */
  readonly padded?: boolean | undefined;
  /** Whether the records begin with a row name, and so have one field more than the header. */
  readonly rowNames?: boolean | undefined;
}

/** The size of the sample: enough to count repeated values, and read within milliseconds. */
const ROWS = 500;

/** The checked format for a reader. */
export const checkedForm = (format: SampleFormat): CheckedFormat => ({
  ...checkFormat({ ...format, quotes: format.quotes ?? 'lenient' }),
  padded: format.padded === true,
});

/**
 * Reads the first records of a table.
 *
 * @param head the first bytes, as UTF-8
 * @param whole whether `head` is the complete table
 */
export const sampleTable = (head: Uint8Array, whole: boolean, format: SampleFormat): TableSample => {
  const rows: Readonly<Record<string, string>>[] = [];
  let rejected = 0;
  const reader: CsvReader = new CsvReader(
    {
      source: '',
      columns: [],
      format: checkedForm(format),
      rowNames: format.rowNames,
      repair: withoutEmptyEnd(() => reader.names?.length ?? 0),
      maxRecordBytes: 2 * CHUNK_BYTES,
    },
    ({ fields }) => void rows.push(fields),
    () => {
      rejected++;
    },
  );
  const readOn = (): void => {
    while (rows.length + rejected < ROWS && reader.advance());
  };
  reader.push(head);
  readOn();
  // In a table of one line without a line break, only the end of the table completes the header.
  if (whole && rows.length + rejected < ROWS) {
    try {
      reader.finish();
    } catch {
      return { names: [], rows, rejected };
    }
    readOn();
  }
  return { names: reader.names ?? [], rows, rejected };
};

/** The supported delimiters, the likeliest first. */
export const DELIMITERS = [',', '\t', ';', '|', '~', '^', '\u0001'] as const;

/** The smallest share of records as wide as the header for a delimiter that is rarely used. */
const MOSTLY_EVEN = 0.9;

/** The share of records as wide as the header. */
export const evenness = ({ rows, rejected }: TableSample): number => (rows.length + 1) / (rows.length + rejected + 1);

/**
 * How well a table fits a format: the share of records as wide as the header, plus the number of known names (at most
 * 2).
 */
const fitOf = (sample: TableSample): number => {
  const { names } = sample;
  if (names.length < 2) return 0;
  const known = names.filter(isKnownName).length;
  return evenness(sample) + Math.min(2, known);
};

/**
 * Whether a table has known names, or columns of classes and of texts. Texts in one column may all have an at sign too,
 * but what it separates is neither.
 */
const hasMeaning = (sample: TableSample): boolean => {
  if (sample.names.some(isKnownName)) return true;
  const { classes, texts } = byValues(sample);
  return classes.length > 0 && texts.length > 0;
};

/**
 * Finds the delimiter with which most records are as wide as the header and the header has known names. Among equally
 * good ones, the one that the file extension suggests is preferred.
 *
 * @returns the delimiter of the file extension (a comma, or a tab for `.tsv` and `.tab`) if there is only one column
 */
export const findDelimiter = (head: Uint8Array, whole: boolean, name: string, format: TableFormat): string => {
  const byEnding = /\.(tsv|tab)(\.gz)?$/i.test(name) ? '\t' : ',';
  const odd = oddDelimiters(Buffer.from(head).toString('utf8'), DELIMITERS);
  const sampled = (delimiter: string): TableSample =>
    sampleTable(head, whole, { ...format, delimiter, quotes: 'lenient' });
  const isUnlikely = (delimiter: string, sample: TableSample): boolean =>
    odd.repeated.includes(delimiter)
      ? evenness(sample) < Math.max(MOSTLY_EVEN, evenness(sampled(delimiter[0]!)))
      : odd.others.includes(delimiter) && (evenness(sample) < MOSTLY_EVEN || !hasMeaning(sample));
  const isFree = (delimiter: string): boolean =>
    (format.quote === undefined || format.quote === '' || !delimiter.includes(format.quote)) &&
    (format.comment === undefined || format.comment === '' || !delimiter.startsWith(format.comment));
  const candidates = [
    ...odd.repeated,
    byEnding,
    ...DELIMITERS.filter((delimiter) => delimiter !== byEnding),
    ...odd.others,
  ].filter(isFree);
  // R's write.table separates quoted fields with spaces.
  const isQuoted = /^(\xef\xbb\xbf)?"[^"]*" "/.test(Buffer.from(head.subarray(0, 1024)).toString('latin1'));
  let best = byEnding;
  let fit = 0;
  for (const delimiter of isQuoted ? [...candidates, ' '] : candidates) {
    const sample = sampled(delimiter);
    const candidate = isUnlikely(delimiter, sample) ? 0 : fitOf(sample);
    if (candidate > fit + 0.05) [best, fit] = [delimiter, candidate];
  }
  return best;
};

/**
 * Whether the first record is a header. It is not a header if it has no known name and one of its values is a class
 * that occurs in the records below it: `3,"Wall St. …"`.
 *
 * @param usual whether earlier tables had a header, if known
 */
export const hasHeader = ({ names, rows }: TableSample, usual = true): boolean => {
  const isRepeated = (name: string): boolean => rows.filter((row) => row[name] === name).length > rows.length / 10;
  if (names.some((name) => isKnownName(name) && !isRepeated(name))) return true;
  if (!usual) return false;
  const { classes } = byValues({ names, rows });
  return !classes.some((column) => rows.some((row) => row[column]?.trim() === column.trim()));
};
