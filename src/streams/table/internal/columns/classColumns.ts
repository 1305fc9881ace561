import { type ColumnSample, ENOUGH_ROWS, MOST_COLUMNS } from './columnValues.js';

/** A value that marks the class of a row, where each class has a column of its own. */
const MARK = /^(1(\.0+)?|x|true|t|yes|y)$/i;
const NO_MARK = /^(0(\.0+)?|false|f|no|n|-)?$/i;

/** Whether a value marks a row as one of the class of its column: 1, `true`, `yes` or `x`. */
export const isMark = (value: string): boolean => MARK.test(value.trim());

/** Columns with a mark or no mark in each row. */
export interface MarkedColumns {
  readonly columns: readonly string[];
  /** The columns, and other columns with a mark or no mark in each row. */
  readonly all: readonly string[];
  /** Whether nearly every row has one mark, so that each row has one class. */
  readonly isOneEach: boolean;
}

/** The share of rows that have one mark. */
const NEARLY_ALL = 0.98;

/** The longest part of `marks`, which has the marks of the rows by column, in which nearly every row has one mark. */
const oneEach = (marks: readonly (readonly boolean[])[], rows: number): readonly [from: number, to: number] => {
  let best: readonly [number, number] = [0, 0];
  for (let from = 0; from < marks.length; from++) {
    const counts = new Uint16Array(rows);
    let filled = 0;
    for (let to = from; to < marks.length; to++) {
      const column = marks[to]!;
      if (column.includes(true)) filled++;
      column.forEach((mark, row) => (counts[row]! += mark ? 1 : 0));
      const single = counts.reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0);
      if (filled > 1 && single >= rows * NEARLY_ALL && to + 1 - from > best[1] - best[0]) best = [from, to + 1];
    }
  }
  return best;
};

/**
 * Finds columns that each stand for one class, as one-hot encoding and tools for several labels write them. Such
 * columns are neighbours.
 *
 * @returns the longest neighbours with one mark in nearly every row; else the longest neighbours with marks, at least
 *   three; undefined if there are none
 */
export const markedColumns = ({ names, rows }: Pick<ColumnSample, 'names' | 'rows'>): MarkedColumns | undefined => {
  if (rows.length < ENOUGH_ROWS) return undefined;
  const runs: string[][] = [[]];
  for (const name of names.slice(0, MOST_COLUMNS)) {
    const isMarked =
      name.trim() !== '' && rows.every((row) => isMark(row[name] ?? '') || NO_MARK.test((row[name] ?? '').trim()));
    if (isMarked) runs.at(-1)!.push(name);
    else runs.push([]);
  }
  let exact: readonly string[] = [];
  let several: readonly string[] = [];
  for (const run of runs) {
    const marks = run.map((name) => rows.map((row) => isMark(row[name] ?? '')));
    const part = run.slice(...oneEach(marks, rows.length));
    if (part.length > exact.length) exact = part;
    if (marks.filter((column) => column.includes(true)).length > 2 && run.length > several.length) several = run;
  }
  const all = runs.flat();
  if (exact.length > 1) return { columns: exact, all, isOneEach: true };
  return several.length > 2 ? { columns: several, all, isOneEach: false } : undefined;
};
