import { CHUNK_BYTES } from '../../bodies/bytes/ByteWindow.js';
import { CsvReader } from '../../csv/CsvReader.js';
import { checkFormat, type CheckedFormat, type TableFormat } from '../../csv/TableFormat.js';
import { byValues } from './findColumns.js';
import { isKnownName } from '../columnNames.js';
import { withoutEmptyEnd } from './repairRecord.js';

/** The first records of a table, as they read in one format. */
export interface TableSample {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly rejected: number;
}

/** A table's format, with what people need not say of it. */
export interface SampleFormat extends TableFormat {
  /** Whether blanks may stand between a delimiter and the quotes around a field. */
  readonly padded?: boolean | undefined;
  /** Whether the records have one field more than the header, a name of the row, before the others. */
  readonly rowNames?: boolean | undefined;
}

/** Enough to tell how often values repeat, and read in milliseconds. */
const ROWS = 500;

/** A format as a reader takes it. */
export const checkedForm = (format: SampleFormat): CheckedFormat => ({
  ...checkFormat({ ...format, quotes: format.quotes ?? 'lenient' }),
  padded: format.padded === true,
});

/**
 * Reads the first records of a table.
 *
 * @param head the first bytes, as UTF-8
 * @param whole whether they are all of it
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
  // A table of one line without a line break has its header found by the end alone.
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

/** The delimiters that tables have, the likeliest first. */
export const DELIMITERS = [',', '\t', ';', '|', '~', '^', '\u0001'] as const;

/** The share of records as wide as the header. */
export const evenness = ({ rows, rejected }: TableSample): number => (rows.length + 1) / (rows.length + rejected + 1);

/** How well a table reads in a format: names that are known, and records as wide as the header. */
const fitOf = (sample: TableSample): number => {
  const { names } = sample;
  if (names.length < 2) return 0;
  const known = names.filter(isKnownName).length;
  return evenness(sample) + Math.min(2, known);
};

/**
 * The delimiter of a table: that with which its first records have equally many fields, and its header names that are
 * known. Where several do as well, the one that the name's ending stands for.
 *
 * @returns a comma where there is one column
 */
export const findDelimiter = (head: Uint8Array, whole: boolean, name: string, format: TableFormat): string => {
  const byEnding = /\.(tsv|tab)(\.gz)?$/i.test(name) ? '\t' : ',';
  const candidates = [byEnding, ...DELIMITERS.filter((delimiter) => delimiter !== byEnding)].filter(
    (delimiter) => delimiter !== format.quote && delimiter !== format.comment,
  );
  // R's write.table parts quoted fields by blanks.
  const isQuoted = /^(\xef\xbb\xbf)?"[^"]*" "/.test(Buffer.from(head.subarray(0, 1024)).toString('latin1'));
  let best = byEnding;
  let fit = 0;
  for (const delimiter of isQuoted ? [...candidates, ' '] : candidates) {
    const candidate = fitOf(sampleTable(head, whole, { ...format, delimiter, quotes: 'lenient' }));
    if (candidate > fit + 0.05) [best, fit] = [delimiter, candidate];
  }
  return best;
};

/**
 * Whether the first record is a header. It is none where it has a class of the records below it in its place, and no
 * name that is known: `3,"Wall St. …"`.
 *
 * @param usual whether earlier tables had one, where that is known
 */
export const hasHeader = ({ names, rows }: TableSample, usual = true): boolean => {
  const isRepeated = (name: string): boolean => rows.filter((row) => row[name] === name).length > rows.length / 10;
  if (names.some((name) => isKnownName(name) && !isRepeated(name))) return true;
  if (!usual) return false;
  const { classes } = byValues({ names, rows });
  return !classes.some((column) => rows.some((row) => row[column]?.trim() === column.trim()));
};
