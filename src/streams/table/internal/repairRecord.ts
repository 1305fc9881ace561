/** Makes fields of as many as a record has, or undefined where it cannot be told which are which. */
export type RepairRecord = (fields: readonly string[]) => readonly string[] | undefined;

const isEmpty = (fields: readonly string[]): boolean => fields.every((field) => field.trim() === '');

/** Leaves out the fields at the end of a record that are too many, where they are empty. */
export const withoutEmptyEnd =
  (width: () => number): RepairRecord =>
  (fields) =>
    fields.length > width() && isEmpty(fields.slice(width())) ? fields.slice(0, width()) : undefined;

/** What is known of the columns of a table. */
export interface ColumnsOfTable {
  readonly names: readonly string[];
  readonly titleColumns: readonly string[];
  readonly labelColumn: string | undefined;
  readonly delimiter: string;
  /** The classes of the first records. */
  readonly classes: ReadonlySet<string>;
}

/**
 * Repairs records with another number of fields than the header has, as people and programs write them:
 *
 * - with empty fields at their end, or without those of the last columns, which are empty then;
 * - with delimiters in a text that has no quotes around it: there the fields before and after the text are counted off
 *   from both ends, and the record is taken only where its class is one that the first records have.
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
      // Without a class it cannot be told whether a line is whole.
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
