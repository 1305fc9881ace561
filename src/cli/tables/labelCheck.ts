import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { printable } from '../../sinks/terminal/printable.js';
import { excerpt } from '../../contracts/messages/excerpt.js';

/** Rows below which the number of classes says little. */
const FEW_ROWS = 50;
/** With so many classes it is looked at before all rows are read whether they are any. */
const MANY_CLASSES = 50_000;
/** The most pairs of like names that are told. */
const TOLD = 5;

const quoted = (name: string): string => JSON.stringify(excerpt(name));

/** Refuses a label column of nearly unique values: a text, a name or an identifier, and no class. */
const refuseManyClasses = (classes: ReadonlyMap<string, number>, rows: number): void => {
  if (rows < FEW_ROWS || classes.size < rows / 3) return;
  const examples = [...classes.keys()].slice(0, 3).map(quoted);
  throw new HeadwaterError(
    'HW_USAGE',
    `The label column has ${classes.size} different values in ${rows} rows, such as ${examples.join(', ')}: they are no classes. Name the column that holds the class by --label-column.`,
  );
};

/** The labels that a cell with several has; none where its parts do not stand alone elsewhere. */
const labelsIn = (name: string, classes: ReadonlyMap<string, number>): readonly string[] => {
  for (const separator of [',', ';', '|']) {
    if (!name.includes(separator)) continue;
    const parts = name.split(separator).map((part) => part.trim());
    if (parts.every((part) => classes.has(part))) return parts;
  }
  return [];
};

/** Refuses cells with several labels: a classifier gives one. */
const refuseSeveralLabels = (classes: ReadonlyMap<string, number>): void => {
  let rows = 0;
  let first: string | undefined;
  let parts: readonly string[] = [];
  for (const [name, count] of classes) {
    const labels = labelsIn(name, classes);
    if (labels.length === 0) continue;
    rows += count;
    if (first === undefined) [first, parts] = [name, labels];
  }
  if (first === undefined) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${rows} rows have several labels in one cell, such as ${quoted(first)}, and ${parts.slice(0, 3).map(quoted).join(' and ')} stand alone in other rows. A row has one class here: keep one label a row, or say by --class-names what such a cell stands for.`,
  );
};

const folded = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '');

/** Classes with their rows, for a line. */
const withRows = (names: readonly (readonly [name: string, rows: number])[]): string =>
  names.map(([name, rows]) => `${printable(quoted(name))} (${rows} rows)`).join(', ');

/** The names that differ in case, blanks, hyphens and underscores alone, a line for each of the first. */
export const likeNames = (classes: ReadonlyMap<string, number>): readonly string[] => {
  const byFolded = new Map<string, string[]>();
  for (const name of classes.keys()) {
    const like = byFolded.get(folded(name));
    if (like === undefined) byFolded.set(folded(name), [name]);
    else like.push(name);
  }
  const groups = [...byFolded.values()].filter((names) => names.length > 1);
  const lines = groups.slice(0, TOLD).map((names) => {
    const counted = withRows(names.slice(0, 4).map((name) => [name, classes.get(name) ?? 0]));
    return `classes with almost one name: ${counted}${names.length > 4 ? ' and more' : ''}; --class-names merges them`;
  });
  return groups.length > TOLD ? [...lines, `and ${groups.length - TOLD} more such names`] : lines;
};

/** What programs write where a value is missing. */
const MISSING = new Set(['nan', 'none', 'null', 'na', 'n/a', '#n/a', '<na>', 'undefined', 'nil', '-', '?']);

/** A line about labels that may stand for none at all. */
const missingLabels = (classes: ReadonlyMap<string, number>): readonly string[] => {
  const missing = [...classes].filter(([name]) => MISSING.has(name.toLowerCase()));
  if (missing.length === 0) return [];
  return [
    `${missing.length === 1 ? 'a class' : 'classes'} that may stand for a missing value: ${withRows(missing.slice(0, TOLD))}; --class-names can leave ${missing.length === 1 ? 'it' : 'them'} out`,
  ];
};

/** Classes of so few rows cannot be learnt and measured. */
const FEW_OF_CLASS = 5;

/** A line about the classes that have hardly any rows. */
const rareClasses = (classes: ReadonlyMap<string, number>): readonly string[] => {
  const rare = [...classes].filter(([, rows]) => rows < FEW_OF_CLASS);
  const [first] = rare;
  if (first === undefined) return [];
  return [
    `${rare.length === 1 ? '1 class has' : `${rare.length} classes have`} fewer than ${FEW_OF_CLASS} rows, such as ${printable(quoted(first[0]))} (${first[1]}); --min-class-rows ${FEW_OF_CLASS} leaves ${rare.length === 1 ? 'it' : 'them'} out`,
  ];
};

/**
 * Looks at the labels of rows, and ends in an error where they are no classes. Where all have been read, it tells what
 * a person may want to know of them.
 *
 * ```
 * source:  --r--r--r--|
 *              checkLabels(named, tell)
 * result:  --r--r--r--|    or # at the end: HW_USAGE
 * ```
 *
 * Holds a count for each class.
 *
 * @param named whether a person has said what each label stands for, so that nothing is to be told or refused but columns
 *   of nearly unique values
 * @param tell is told a line
 */
export const checkLabels =
  (named: boolean, tell: (line: string) => void): MonoTypeOperatorFunction<Row> =>
  (source) =>
    defer(() => {
      const classes = new Map<string, number>();
      let rows = 0;
      return source.pipe(
        tap({
          next: ({ category }) => {
            rows++;
            const before = classes.get(category);
            classes.set(category, (before ?? 0) + 1);
            if (before === undefined && classes.size % MANY_CLASSES === 0) refuseManyClasses(classes, rows);
          },
          complete: () => {
            refuseManyClasses(classes, rows);
            if (named) return;
            refuseSeveralLabels(classes);
            missingLabels(classes).forEach(tell);
            likeNames(classes).forEach(tell);
            rareClasses(classes).forEach(tell);
          },
        }),
      );
    });
