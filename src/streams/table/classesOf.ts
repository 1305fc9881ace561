import type { SourceRow } from '../../contracts/rows/Row.js';
import { isMark } from './internal/columns/classColumns.js';
import type { TableLayout } from './TableLayout.js';

/**
 * The classes of a row, without blanks around them: the value of the class column, or the names of the marked columns
 * if each class has a column. Empty if there is none.
 */
export const classesOf = ({
  labelColumn = '',
  classColumns,
}: Pick<TableLayout, 'labelColumn' | 'classColumns'>): ((fields: SourceRow['fields']) => readonly string[]) => {
  if (classColumns !== undefined) return (fields) => classColumns.filter((column) => isMark(fields[column] ?? ''));
  return (fields) => {
    const written = (fields[labelColumn] ?? '').trim();
    return written === '' ? [] : [written];
  };
};
