import { CHUNK_BYTES } from '../../bodies/bytes/ByteWindow.js';
import { CsvReader } from '../../csv/CsvReader.js';
import { checkFormat, type TableFormat } from '../../csv/TableFormat.js';
import { byValues } from './findColumns.js';
import { LABEL_NAMES, TITLE_NAMES } from '../columnNames.js';

/** The first records of a table, as they read in one format. */
export interface TableSample {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly rejected: number;
}

/** Enough to tell how often values repeat, and read in milliseconds. */
const ROWS = 500;

/**
 * Reads the first records of a table.
 *
 * @param head the first bytes, as UTF-8
 * @param whole whether they are all of it
 */
export const sampleTable = (head: Uint8Array, whole: boolean, format: TableFormat): TableSample => {
  const rows: Readonly<Record<string, string>>[] = [];
  let rejected = 0;
  const reader = new CsvReader(
    {
      source: '',
      columns: [],
      format: checkFormat({ ...format, quotes: format.quotes ?? 'lenient' }),
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
const DELIMITERS = [',', '\t', ';', '|'] as const;

const KNOWN: ReadonlySet<string> = new Set([...TITLE_NAMES, ...LABEL_NAMES]);

/** How well a table reads in a format: names that are known, and records as wide as the header. */
const fitOf = ({ names, rows, rejected }: TableSample): number => {
  if (names.length < 2) return 0;
  const known = names.filter((name) => KNOWN.has(name.trim().toLowerCase())).length;
  const even = (rows.length + 1) / (rows.length + rejected + 1);
  return even + Math.min(2, known);
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
  let best = byEnding;
  let fit = 0;
  for (const delimiter of candidates) {
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
  if (names.some((name) => KNOWN.has(name.trim().toLowerCase()))) return true;
  if (!usual) return false;
  const { classes } = byValues({ names, rows });
  return !classes.some((column) => rows.some((row) => row[column]?.trim() === column.trim()));
};
