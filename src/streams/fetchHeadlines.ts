import type { Observable } from 'rxjs';
import { checkOptions, checkTypes } from '../contracts/checkOption.js';
import { excerpt } from '../contracts/messages/excerpt.js';
import type { Rejection } from '../contracts/rows/Rejection.js';
import type { Row, Side, SourceRow } from '../contracts/rows/Row.js';
import { TABLE_TYPES } from './csv/TableFormat.js';
import type { FetchTableOptions } from './table/TableOptions.js';
import { isBlank, titleOf } from './table/titleOf.js';
import { classesOf } from './table/classesOf.js';
import { type RowMaker, tableRows } from './table/tableRows.js';
import type { TableAddress } from './table/TableSource.js';

/** Options for reading texts and their classes from tables. */
export interface FetchHeadlinesOptions extends Omit<FetchTableOptions, 'labelColumn'> {
  /**
   * The column that holds the class, or the columns of the classes, with commas between them. Default: found by its
   * name or values.
   */
  readonly labelColumn?: string | undefined;
  /**
   * Maps a label of the table, without surrounding blanks, to the name of its class. Null skips the row; undefined
   * rejects it. Default: the label itself.
   */
  readonly className?: ((label: string) => string | null | undefined) | undefined;
  /** Receives each accepted row with its original fields, in every pass, before the row is emitted. Default: none. */
  readonly onRow?: ((row: SourceRow) => void) | undefined;
  /** Tables of the validation set. Their rows have `side: 'validation'`. Read after the main tables. Default: none. */
  readonly validation?: TableAddress | readonly TableAddress[] | undefined;
  /** Tables of the test set. Their rows have `side: 'test'`. Read last. Default: none. */
  readonly test?: TableAddress | readonly TableAddress[] | undefined;
}

const listed = (sources: TableAddress | readonly TableAddress[] = []): readonly TableAddress[] =>
  Array.isArray(sources) ? (sources as readonly TableAddress[]) : [sources as TableAddress];

/**
 * Emits the texts of tables of any supported format, with their classes.
 *
 * ```marbles drawn
 * rows:      -r--r--x--r--|      x: a row that is not valid
 *            fetchHeadlines(path, { rejections })
 * result:    -a--a-----a--|
 * rejected:  -------j------
 * ```
 *
 * Tables are read as by `fetchTable`. The texts of several `titleColumns` are joined with spaces. Blanks around a class
 * are removed. A row without a text or without a class is rejected. In a file of labels (`labelFile`), a later label of
 * the same headline, with the same title and `guid`, corrects the earlier one: only the last one is emitted. The labels
 * are held until the end of the file.
 *
 * **Errors**: those of `fetchTable`, and any error that `className` throws.
 *
 * @param sources a path, a URL, a pattern of paths such as `data/*.csv`, a stream, or an array of these
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { fetchHeadlines } from 'headwater';
 * import { lastValueFrom, toArray } from 'rxjs';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'news.jsonl');
 * await writeFile(path, '{"text":"Late goal","label":"Sports "}\n{"text":"Rain, then sun","label":"World"}\n');
 * console.log(await lastValueFrom(fetchHeadlines(path).pipe(toArray())));
 * // [{ id: 0, title: 'Late goal', category: 'Sports' }, { id: 1, title: 'Rain, then sun', category: 'World' }]
 * ```
 */
export const fetchHeadlines = (
  sources: TableAddress | readonly TableAddress[],
  options: FetchHeadlinesOptions = {},
): Observable<Row> => {
  checkOptions('fetchHeadlines', options, "sources, { labelColumn: 'topic' }");
  const { className, validation, test, onRow, ...table } = options;
  checkTypes('fetchHeadlines', table, { ...TABLE_TYPES, labelColumn: 'string' });
  const main = listed(sources);
  const validating = listed(validation);
  const all = [...main, ...validating, ...listed(test)];
  const sideOf = (part: number): Side | undefined =>
    part < main.length ? undefined : part < main.length + validating.length ? 'validation' : 'test';
  const make: RowMaker<Row> = (layout, reject, part) => {
    const side = sideOf(part);
    const readTitle = titleOf(layout);
    const readClasses = classesOf(layout);
    const { classColumns, labelColumn = '' } = layout;
    const label = classColumns === undefined ? labelColumn : excerpt(classColumns.join(', '));
    const titleName = layout.titleColumns.join(', ');
    const rejection = (
      { id, source, line, byte, fields }: SourceRow,
      field: string,
      expected: string,
      category?: string,
    ): Rejection => ({
      type: 'rejection',
      reason: 'field',
      id,
      source,
      line,
      byte,
      field,
      expected,
      got: excerpt(fields[field] ?? ''),
      category,
    });
    return (row) => {
      const title = readTitle(row.fields);
      const classes = readClasses(row.fields);
      const written = classes.length > 1 ? '' : (classes[0] ?? '');
      const category = className === undefined || written === '' ? written : className(written);
      if (category === null) return undefined;
      if (category !== undefined && category !== '' && !isBlank(title)) {
        onRow?.(row);
        return side === undefined ? { id: row.id, title, category } : { id: row.id, title, category, side };
      }
      if (classes.length > 1) reject({ ...rejection(row, label, 'one class'), got: excerpt(classes.join(', ')) });
      else if (written === '') reject(rejection(row, label, 'a non-blank class'));
      else if (category === undefined || category === '')
        reject(rejection(row, label, 'one of the classes that are named', excerpt(written)));
      else reject(rejection(row, titleName, 'a non-blank text', excerpt(category)));
      return undefined;
    };
  };
  return tableRows(all, table, make, true);
};
