import type { Observable } from 'rxjs';
import { TABLE_TYPES } from './csv/TableFormat.js';
import { checkTypes } from '../contracts/checkOption.js';
import type { SourceRow } from '../contracts/rows/Row.js';
import type { FetchTableOptions } from './table/TableOptions.js';
import { tableRows } from './table/tableRows.js';
import type { TableAddress } from './table/TableSource.js';

/**
 * Emits the rows of tables in any of these formats: fields separated by commas, tabs, semicolons, bars or other
 * characters; JSON lines or one JSON document; fastText's `__label__x text`; lines that begin with their class; a
 * folder of texts for each class; ARFF; Parquet. The text may have any encoding, and the table may be compressed with
 * gzip or be the only one in a zip archive.
 *
 * ```marbles drawn
 * id;texte;classe ⏎ 1;Pluie;A ⏎ 2;But;B
 * layout:  ----l-----      the delimiter is a semicolon
 * rows:    ----(xy|)
 * ```
 *
 * It reads the first 64 KiB of a table, detects the layout, and calls `onLayout`. Then it emits rows like `fetchCsv`,
 * with the same passes, valve, snapshots and rejections. What an option gives is not detected. Several tables are read
 * one after another, and the row ids continue across them. A quote at an invalid position is data, unless `quotes` is
 * `strict`. `byte` is the offset in the text as UTF-8. Fields of JSON lines are text: numbers as `JSON.stringify`
 * writes them, null as an empty string, an array of strings or numbers joined with `, `.
 *
 * Zip archives and Parquet files are read from their end, and so need a file on disk or `snapshotDir`. A Parquet file
 * also needs the package hyparquet (and hyparquet-compressors if its compression is not snappy).
 *
 * **Memory.** Holds 64 KiB of each table until its layout is known; then as `fetchCsv`.
 *
 * **Errors**: those of `fetchCsv`; `HW_USAGE` for bytes that are not a table (a workbook, an HTML page, a zip archive
 * of several files), or not UTF-8 if no encoding is given; `HW_COLUMNS` if a column is missing, occurs twice or cannot
 * be determined.
 *
 * @param sources a path, a URL, a pattern of paths such as `data/*.csv`, a stream, or an array of these
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { fetchTable } from 'headwater';
 * import { lastValueFrom, map, toArray } from 'rxjs';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'news.tsv');
 * await writeFile(path, 'Label\tText\nWorld\tRain, then sun\nSports\tLate goal\n');
 * const rows$ = fetchTable(path, {
 *   onLayout: ({ titleColumns, labelColumn }) => console.log(titleColumns, labelColumn),
 * });
 * const texts = await lastValueFrom(
 *   rows$.pipe(
 *     map(({ fields }) => fields['Text']),
 *     toArray(),
 *   ),
 * ); // [ 'Text' ] Label
 * console.log(texts); // ['Rain, then sun', 'Late goal']
 * ```
 * @see {@link fetchHeadlines} for texts with their classes, {@link fetchCsv} for one strict CSV file
 */
export const fetchTable = (
  sources: TableAddress | readonly TableAddress[],
  options: FetchTableOptions = {},
): Observable<SourceRow> => {
  checkTypes('fetchTable', options, TABLE_TYPES);
  return tableRows(sources, options, () => (row) => row);
};
