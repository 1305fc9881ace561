import type { SourceRow } from '../../contracts/rows/Row.js';
import { isMark } from './internal/columns/classColumns.js';
import type { TableLayout } from './TableLayout.js';

/** A list of one label, as programs in Python write it: `['sports']`, `[3]`. */
const LIST_OF_ONE = /^\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]$/;

const unlisted = (label: string): string => {
  const [, single, double, number] = label.startsWith('[') ? (LIST_OF_ONE.exec(label) ?? []) : [];
  return single ?? double ?? number ?? label;
};

/** The path that all names share, such as `cats.` of nested objects. It is no part of the classes. */
const sharedPath = ([first = '', ...others]: readonly string[]): string => {
  const path = first.slice(0, first.lastIndexOf('.') + 1);
  return others.every((name) => name.startsWith(path)) ? path : '';
};

/**
 * The classes of a row, without blanks around them: the value of the class column, or the names of the marked columns
 * if each class has a column. Empty if there is none.
 */
export const classesOf = ({
  labelColumn = '',
  classColumns,
}: Pick<TableLayout, 'labelColumn' | 'classColumns'>): ((fields: SourceRow['fields']) => readonly string[]) => {
  if (classColumns !== undefined) {
    const path = sharedPath(classColumns).length;
    return (fields) =>
      classColumns.filter((column) => isMark(fields[column] ?? '')).map((column) => column.slice(path));
  }
  return (fields) => {
    const written = (fields[labelColumn] ?? '').trim();
    return written === '' ? [] : [unlisted(written)];
  };
};
