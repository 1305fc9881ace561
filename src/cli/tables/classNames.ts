import { readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { listNames } from '../../contracts/messages/listNames.js';

/** The maximum size of a file of class names, in bytes. */
const MOST_BYTES = 2 ** 20;

/**
 * The names of classes: a record for each class, with its name first, then the labels of the table that mean this
 * class.
 */
export type ClassRecords = readonly (readonly string[])[];

/** The classes by their labels, and in their order. */
export interface ClassNames {
  readonly records: ClassRecords;
  readonly order: readonly string[];
  /** The class of a label; null if the label is left out, undefined if it is not listed. */
  readonly nameOf: (label: string) => string | null | undefined;
}

const badFile = (file: string, why: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_PATH', `The class names in ${file} cannot be read: ${why}. Give another --class-names file.`, {
    where: file,
    ...(cause === undefined ? {} : { cause }),
  });

/**
 * Converts records of class names.
 *
 * @throws HeadwaterError `HW_USAGE` if there are none, or a label means two classes
 */
export const classNames = (records: ClassRecords, where = 'The class names'): ClassNames => {
  const byLabel = new Map<string, string | null>();
  const order = new Set<string>();
  const put = (label: string, name: string | null): void => {
    const before = byLabel.get(label);
    if (before !== undefined && before !== name)
      throw new HeadwaterError(
        'HW_USAGE',
        `${where}: the label ${listNames([label])} stands for ` +
          `${before === null ? 'no class' : listNames([before])} and for ` +
          `${name === null ? 'no class' : listNames([name])}. Name it once.`,
      );
    byLabel.set(label, name);
  };
  for (const [name = '', ...labels] of records) {
    if (name !== '') order.add(name);
    for (const label of labels) put(label, name === '' ? null : name);
  }
  // A name is also a label of its class, unless another class has it as a label.
  for (const name of order) if (!byLabel.has(name)) byLabel.set(name, name);
  if (order.size === 0)
    throw new HeadwaterError('HW_USAGE', `${where}: there is no name of a class. Give one a line (--class-names).`);
  return { records, order: [...order], nameOf: (label) => byLabel.get(label) };
};

/**
 * Reads a file of class names: CSV with a record for each class, in the order of the classes. The first field is the
 * name; the others are labels of the table that mean this class. Rows with a label of a record without a name are left
 * out.
 *
 * @throws HeadwaterError `HW_PATH` if it cannot be read, `HW_USAGE` if it lists a label twice
 */
export const readClassNames = (file: string): ClassNames => {
  let records: string[][];
  try {
    if (statSync(file).size > MOST_BYTES) throw badFile(file, `it has more than ${MOST_BYTES} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    records = parse(text, { relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    const why = cause instanceof Error ? cause.message.slice(0, 200) : String(cause);
    throw badFile(file, cause instanceof TypeError ? 'it is not UTF-8' : why, cause);
  }
  return classNames(
    records.map((record) => [record[0] ?? '', ...record.slice(1).filter((label) => label !== '')]),
    file,
  );
};
