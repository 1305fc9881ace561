import type { SourceRow } from '../../contracts/rows/Row.js';
import type { TableLayout } from './TableLayout.js';

/** Whether a text has nothing but blanks. */
export const isBlank = (text: string): boolean => text.trim() === '';

/** The text of a row: the one column that holds it, or several joined by blanks. */
export const titleOf = ({
  titleColumns,
}: Pick<TableLayout, 'titleColumns'>): ((fields: SourceRow['fields']) => string) => {
  const [only] = titleColumns;
  if (only !== undefined && titleColumns.length === 1) return (fields) => fields[only] ?? '';
  return (fields) => {
    const parts = titleColumns.map((column) => fields[column] ?? '');
    return parts.filter((part) => !isBlank(part)).join(' ');
  };
};
