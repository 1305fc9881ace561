import type { Observable } from 'rxjs';
import type { SourceRow } from '../contracts/rows/Row.js';
import type { FetchTableOptions } from './table/TableOptions.js';
import { tableRows } from './table/tableRows.js';
import type { TableAddress } from './table/TableSource.js';

/**
 * Emits the rows of tables of any kind: delimited by commas, tabs, semicolons or bars, JSON lines, fastText's
 * `__label__x text`, or Parquet; of any encoding; also compressed by gzip.
 *
 * ```
 * bytes   id;texte;classe\n  1;Pluie;A\n 2;But;B\n|
 * layout  ----------------------------------------l        delimiter ;
 * rows    ----------------------------------------(xy|)
 * ```
 *
 * It reads the first 64 KiB of a table, finds out how it is written, and tells `onLayout`; then rows come as they do
 * from `fetchCsv`, with the same passes, valve, snapshots and rejections. What is given by an option is not looked for.
 * Several tables are read one after another, and their rows are numbered through. A quote where none may stand is data,
 * unless `quotes` is `strict`. `byte` is the offset in the text as UTF-8. Fields of JSON lines are text: numbers as JSON
 * writes them, null as nothing, an array of labels with commas between them.
 *
 * A Parquet file needs the package hyparquet (and hyparquet-compressors where its compression is not snappy).
 *
 * **Holds** 64 KiB of each table until its layout is known; then as `fetchCsv`.
 *
 * **Errors**: those of `fetchCsv`; `HW_USAGE` for bytes that are no table (a zip archive, a workbook, a page of HTML),
 * or not UTF-8 where no encoding is named; `HW_COLUMNS` where a column is missing, stands twice or cannot be told.
 *
 * @param sources a path, an address, a pattern of paths such as `data/*.csv`, a stream, or several of them
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
 * const rows$ = fetchTable(path, { onLayout: ({ titleColumns, labelColumn }) => console.log(titleColumns, labelColumn) });
 * const texts = await lastValueFrom(rows$.pipe(map(({ fields }) => fields['Text']), toArray())); // [ 'Text' ] Label
 * console.log(texts); // ['Rain, then sun', 'Late goal']
 * ```
 * @see {@link fetchHeadlines} for texts with their classes, {@link fetchCsv} for one strict CSV file
 */
export const fetchTable = (
  sources: TableAddress | readonly TableAddress[],
  options: FetchTableOptions = {},
): Observable<SourceRow> => tableRows(sources, options, () => (row) => row);
