import type { SourceRow } from '../../contracts/rows/Row.js';
import type { TableLayout } from './TableLayout.js';

/** Whether a text is empty or has only white space. */
export const isBlank = (text: string): boolean => text.trim() === '';

/** The text of a row: the value of the text column, or of several text columns joined with spaces. */
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
