import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { CHUNK_BYTES } from '../../bodies/bytes/ByteWindow.js';
import { type FieldsOfLine, LinesReader } from './LinesReader.js';

/** The first records of a table with one record per line. */
export interface LinesSample {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** The largest number of names: a table may have a new key in each line. */
const MOST_NAMES = 10_000;

/**
 * Reads the first records of a table with one record per line.
 *
 * @param head the first bytes after the header, as UTF-8
 * @param whole whether `head` is the complete table
 * @param table the table in messages; `firstLine` is the line number of the first byte
 * @throws HeadwaterError `HW_USAGE` if there are lines, and none can be read; `HW_EMPTY` if the table has no lines
 */
export const sampleLines = (
  head: Uint8Array,
  whole: boolean,
  fieldsOf: FieldsOfLine,
  table: { readonly source: string; readonly format: string; readonly firstLine: number },
): LinesSample => {
  const { source, format, firstLine } = table;
  const names = new Set<string>();
  const rows: Readonly<Record<string, string>>[] = [];
  const rejections: Rejection[] = [];
  const reader = new LinesReader(
    { source, maxRecordBytes: 2 * CHUNK_BYTES, firstId: 0, firstLine },
    fieldsOf,
    ({ fields }) => {
      rows.push(fields);
      for (const name of Object.keys(fields)) if (names.size < MOST_NAMES) names.add(name);
    },
    (rejection) => void rejections.push(rejection),
  );
  reader.push(head);
  while (reader.advance());
  if (whole) {
    reader.finish();
    while (reader.advance());
  }
  const [rejected] = rejections;
  if (rows.length === 0 && rejected !== undefined) {
    const { line = firstLine, expected, got } = rejected;
    throw new HeadwaterError(
      'HW_USAGE',
      `${source} was read as ${format}, but none of its first lines can be read. ` +
        `Line ${line}: expected ${expected}, got ${JSON.stringify(got)}. Correct the lines, or give --delimiter.`,
      { where: source },
    );
  }
  if (rows.length === 0 && whole)
    throw new HeadwaterError('HW_EMPTY', `${source} has no records. Check that it is the table that you meant.`, {
      where: source,
    });
  return { names: [...names], rows };
};
