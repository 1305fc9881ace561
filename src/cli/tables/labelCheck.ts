import { defer, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { printable } from '../../sinks/terminal/printable.js';
import { excerpt } from '../../contracts/messages/excerpt.js';

/** With fewer rows, the number of classes has little meaning. */
const FEW_ROWS = 50;
/** At each multiple of this number of classes, the check for nearly unique values runs before all rows are read. */
const MANY_CLASSES = 50_000;
/** The maximum number of reported pairs of similar names. */
const TOLD = 5;

const quoted = (name: string): string => JSON.stringify(excerpt(name));

/** Refuses a label column of nearly unique values: it contains texts, names or identifiers, not classes. */
const refuseManyClasses = (classes: ReadonlyMap<string, number>, rows: number): void => {
  if (rows < FEW_ROWS || classes.size < rows / 3) return;
  const examples = [...classes.keys()].slice(0, 3).map(quoted);
  throw new HeadwaterError(
    'HW_USAGE',
    `The label column has ${classes.size} different values in ${rows} rows, such as ` +
      `${examples.join(', ')}: they are no classes. Name the column that holds the class by --label-column.`,
  );
};

/** With fewer different numbers, they may be the steps of a scale: 0.5, 1.0, 1.5. */
const MANY_NUMBERS = 30;
const FRACTION = /^[-+]?\d*[.,]0*[1-9]\d*(e[-+]?\d+)?$/i;

/** With at least this many rows each, numbers with decimals may be codes, such as those of a library or of ICD-9. */
const ROWS_OF_CODE = 10;

/** Refuses a label column of measurements: many numbers with decimals, each in few rows. Returns a line if unsure. */
const measurements = (classes: ReadonlyMap<string, number>, rows: number): readonly string[] => {
  const fractions = [...classes.keys()].filter((name) => FRACTION.test(name));
  if (fractions.length < MANY_NUMBERS || fractions.length < classes.size / 2) return [];
  const found =
    `${fractions.length} different numbers with decimals, such as ` + fractions.slice(0, 3).map(quoted).join(', ');
  if (rows >= ROWS_OF_CODE * classes.size) return [`the classes are ${found}; measurements are no classes`];
  throw new HeadwaterError(
    'HW_USAGE',
    `The label column has ${found}: they are measurements and no classes. ` +
      'Name the column that holds the class by --label-column, or add one with a class for each range of numbers.',
  );
};

/** The labels in a cell with several labels; empty unless each part also occurs as a label on its own. */
const labelsIn = (name: string, classes: ReadonlyMap<string, number>): readonly string[] => {
  // As programs in Python write a list: `['sports', 'world']`.
  const isList = name.startsWith('[') && name.endsWith(']');
  const cell = isList ? name.slice(1, -1) : name;
  for (const separator of [',', ';', '|', ' ']) {
    if (!cell.includes(separator)) continue;
    const parts = cell.split(separator).map((part) => part.trim().replace(/^(['"])(.*)\1$/s, '$2'));
    if (parts.every((part) => classes.has(part))) return parts;
  }
  return [];
};

/** Refuses cells with several labels, because a classifier predicts one. */
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
    `${rows} rows have several labels in one cell, such as ${quoted(first)}, and ` +
      `${parts.slice(0, 3).map(quoted).join(' and ')} stand alone in other rows. A row has one ` +
      'class here: keep one label a row, or say by --class-names what such a cell stands for.',
  );
};

/** With fewer combinations, names may have a part in common by chance. */
const ENOUGH_COMBINED = 6;

/** A line about classes that look like combinations of labels: few parts make them up. */
const combinedLabels = (classes: ReadonlyMap<string, number>): readonly string[] => {
  for (const separator of [',', ';', '|']) {
    const partsOf = (name: string): readonly string[] => name.split(separator).map((part) => part.trim());
    const combined = [...classes.keys()].filter((name) => name.includes(separator));
    const parts = new Set(combined.flatMap(partsOf));
    // Most classes are combinations, or a combination of `sports;other` and `tech;other` stands beside `sports`.
    const isMost = combined.length >= Math.max(ENOUGH_COMBINED, classes.size * 0.8) && parts.size < combined.length;
    const names = combined.map(partsOf);
    const recurs = (part: string): boolean =>
      classes.has(part) || names.filter((others) => others.includes(part)).length > 1;
    const isBeside = combined.length > 1 && [...parts].some((part) => classes.has(part)) && [...parts].every(recurs);
    if (isMost || isBeside)
      return [
        `${combined.length} classes look like several labels, such as ${quoted(combined[0]!)}: ${parts.size} parts ` +
          'make them up, and a row has one class here; --class-names can merge them',
      ];
  }
  return [];
};

const folded = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '');

/** Classes with their numbers of rows, for a line. */
const withRows = (names: readonly (readonly [name: string, rows: number])[]): string =>
  names.map(([name, rows]) => `${printable(quoted(name))} (${rows} rows)`).join(', ');

/** Names that differ only in case, blanks, hyphens and underscores: a line for each of the first. */
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

/** Texts that programs write for a missing value. */
const MISSING = new Set(['nan', 'none', 'null', 'na', 'n/a', '#n/a', '<na>', 'undefined', 'nil', '-', '?']);

/** A line about labels that may mean a missing value. */
const missingLabels = (classes: ReadonlyMap<string, number>): readonly string[] => {
  const missing = [...classes].filter(([name]) => MISSING.has(name.toLowerCase()));
  if (missing.length === 0) return [];
  return [
    `${missing.length === 1 ? 'a class' : 'classes'} that may stand for a missing value: ` +
      `${withRows(missing.slice(0, TOLD))}; --class-names can leave ${missing.length === 1 ? 'it' : 'them'} out`,
  ];
};

/** Classes with fewer rows cannot be learnt and measured. */
const FEW_OF_CLASS = 5;

/** A line about the classes with very few rows. */
const rareClasses = (classes: ReadonlyMap<string, number>): readonly string[] => {
  const rare = [...classes].filter(([, rows]) => rows < FEW_OF_CLASS);
  const [first] = rare;
  if (first === undefined) return [];
  return [
    `${rare.length === 1 ? '1 class has' : `${rare.length} classes have`} fewer than ` +
      `${FEW_OF_CLASS} rows, such as ${printable(quoted(first[0]))} (${first[1]}); ` +
      `--min-class-rows ${FEW_OF_CLASS} leaves ${rare.length === 1 ? 'it' : 'them'} out`,
  ];
};

/**
 * Checks the labels of rows, and fails if they are not classes. After all rows, it reports possible problems of the
 * labels.
 *
 * ```
 * source:  --r--r--r--|
 *              checkLabels(named, tell)
 * result:  --r--r--r--|    or # at the end: HW_USAGE
 * ```
 *
 * Holds a count for each class.
 *
 * @param named whether the user gave the meaning of each label; then only columns of nearly unique values are refused,
 *   and nothing is reported
 * @param tell called with each line of the report
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
            measurements(classes, rows).forEach(tell);
            refuseSeveralLabels(classes);
            combinedLabels(classes).forEach(tell);
            missingLabels(classes).forEach(tell);
            likeNames(classes).forEach(tell);
            rareClasses(classes).forEach(tell);
          },
        }),
      );
    });
