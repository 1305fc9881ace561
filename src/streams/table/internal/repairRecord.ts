/** Repairs a record with a wrong number of fields; returns undefined if the fields cannot be assigned to columns. */
export type RepairRecord = (fields: readonly string[]) => readonly string[] | undefined;

const isEmpty = (fields: readonly string[]): boolean => fields.every((field) => field.trim() === '');

/** Removes surplus fields at the end of a record if they are empty. */
export const withoutEmptyEnd =
  (width: () => number): RepairRecord =>
  (fields) =>
    fields.length > width() && isEmpty(fields.slice(width())) ? fields.slice(0, width()) : undefined;

/** What is known about the columns of a table. */
export interface ColumnsOfTable {
  readonly names: readonly string[];
  readonly titleColumns: readonly string[];
  readonly labelColumn: string | undefined;
  readonly delimiter: string;
  /** The classes of the first records. */
  readonly classes: ReadonlySet<string>;
}

/**
 * Repairs common kinds of records whose number of fields differs from that of the header:
 *
 * - with surplus empty fields at the end, or without the fields of the last columns, which become empty;
 * - with delimiters in an unquoted text: the fields before and after the text are counted from both ends. The record is
 *   accepted only if its class occurs in the first records.
 */
export const repairRecord = ({
  names,
  titleColumns,
  labelColumn,
  delimiter,
  classes,
}: ColumnsOfTable): RepairRecord => {
  const width = names.length;
  const label = labelColumn === undefined ? -1 : names.indexOf(labelColumn);
  const title = titleColumns.length === 1 ? names.indexOf(titleColumns[0]!) : -1;
  const lastWanted = Math.max(label, ...titleColumns.map((name) => names.indexOf(name)));
  return (fields) => {
    if (fields.length < width) {
      // Without a class column it is unknown whether the record is complete.
      if (label === -1 || fields.length <= lastWanted) return undefined;
      return [...fields, ...names.slice(fields.length).map(() => '')];
    }
    if (isEmpty(fields.slice(width))) return fields.slice(0, width);
    if (title === -1 || label === -1) return undefined;
    const after = fields.length - (width - title - 1);
    const repaired = [...fields.slice(0, title), fields.slice(title, after).join(delimiter), ...fields.slice(after)];
    return classes.has(repaired[label]!.trim()) ? repaired : undefined;
  };
};
