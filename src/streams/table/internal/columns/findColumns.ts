import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../../contracts/messages/excerpt.js';
import { shellWord } from '../../../../contracts/messages/shellWord.js';
import { listNames } from '../../../internal/listNames.js';
import {
  endsAsLabel,
  endsAsTitle,
  foldedName,
  isLabelName,
  isTitleName,
  LABEL_NAMES,
  lastPart,
  TITLE_NAMES,
} from '../../columnNames.js';
import type { UsualColumns } from '../../TableOptions.js';
import { isSideName } from '../sideNames.js';
import { isMark, type MarkedColumns, markedColumns } from './classColumns.js';
import { byValues, type ColumnSample, ENOUGH_ROWS, valuesOf } from './columnValues.js';
import { isMeasure, likelyFirst, onlyTwo, repeatOf } from './likelyColumns.js';

export interface ColumnWish {
  readonly titleColumns: readonly string[] | undefined;
  readonly labelColumn: string | null | undefined;
  /** Used if the table has these columns, unless options give others. */
  readonly usualColumns?: UsualColumns | undefined;
}

export interface FoundColumns {
  readonly titleColumns: readonly string[];
  readonly labelColumn: string | undefined;
  /** The columns of the classes, if each class has a column. */
  readonly classColumns?: readonly string[];
  readonly foundBy: 'asked' | 'usual' | 'names' | 'values';
  readonly otherTitleColumns: readonly string[];
}

const columnError = (source: string, message: string): HeadwaterError =>
  new HeadwaterError('HW_COLUMNS', `${source}: ${message}`, { where: source });

/** The columns for a message: each name with up to two of its values. */
const shown = ({ names, rows }: ColumnSample): string =>
  names
    .slice(0, 8)
    .map((name) => {
      const values = [...new Set(rows.map((row) => (row[name] ?? '').trim()).filter((value) => value !== ''))];
      return `${listNames([name])} (${values.length === 0 ? 'empty' : `such as ${listNames(values.slice(0, 2))}`})`;
    })
    .join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');

/**
 * The column that an option gives: by its exact name, else by its folded name (see `foldedName`), else by its number
 * from 1.
 */
const columnAsked = (asked: string, option: string, sample: ColumnSample): string => {
  const { names, source, open } = sample;
  if (names.includes(asked)) {
    const again = repeatOf(asked, names);
    if (again === undefined) return asked;
    throw columnError(
      source,
      `the header names ${listNames([asked])} more than once. Name the column by its number: ` +
        `${option} ${names.indexOf(asked) + 1} or ${option} ${names.indexOf(again) + 1}.`,
    );
  }
  const like = names.filter((name) => foldedName(name) === foldedName(asked));
  if (like.length === 1) return like[0]!;
  const byNumber = /^[1-9]\d*$/.test(asked) ? names[Number(asked) - 1] : undefined;
  if (byNumber !== undefined) return byNumber;
  if (open) return asked;
  throw columnError(
    source,
    `no column ${listNames([asked])}. The columns are ${shown(sample)}. Give ${option} one of them; ` +
      'where the first line is no header, --no-header; where they are not the columns, --delimiter.',
  );
};

/**
 * The text columns that an option gives: each value is the name of a column, or several names with commas between them.
 */
const titlesAsked = (asked: readonly string[], sample: ColumnSample): readonly string[] =>
  asked.flatMap((value) => {
    const whole = sample.names.some((name) => foldedName(name) === foldedName(value));
    return (whole ? [value] : value.split(',').map((part) => part.trim()))
      .filter((name) => name !== '')
      .map((name) => columnAsked(name, '--title-column', sample));
  });

/** The class column, or the columns of the classes. */
type Label = Pick<FoundColumns, 'labelColumn' | 'classColumns'>;

/** The class column that an option gives, or the columns of the classes, with commas between them. */
const labelAsked = (asked: string, sample: ColumnSample): Label => {
  const column = (name: string): string => columnAsked(name, '--label-column', sample);
  const isWhole = sample.names.some((name) => foldedName(name) === foldedName(asked));
  const parts = isWhole ? [] : asked.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  return parts.length < 2
    ? { labelColumn: column(asked) }
    : { labelColumn: undefined, classColumns: [...new Set(parts.map(column))] };
};

/** The class column of earlier tables, or their columns of classes, if this table has them too. */
const labelAsBefore = (usual: UsualColumns | undefined, names: readonly string[]): Label | undefined => {
  if (usual === undefined) return undefined;
  const { labelColumn, classColumns } = usual;
  if (classColumns !== undefined)
    return classColumns.every((name) => names.includes(name)) ? { labelColumn: undefined, classColumns } : undefined;
  return names.includes(labelColumn) ? { labelColumn } : undefined;
};

/** Whether a column has whole numbers, and another one names them: each number stands with one name. */
const areNumbersOf = (numbers: string, named: string, rows: ColumnSample['rows']): boolean => {
  if (numbers === named || rows.length < ENOUGH_ROWS || valuesOf(named, rows).numeric) return false;
  if (!rows.every((row) => /^\s*\d+(\.0+)?\s*$/.test(row[numbers] ?? ''))) return false;
  const pairs = new Map(rows.map((row) => [row[numbers], row[named]]));
  const distinct = new Set(rows.map((row) => row[named]));
  return pairs.size > 1 && distinct.size === pairs.size && rows.every((row) => pairs.get(row[numbers]) === row[named]);
};

/** The column with the names of the classes beside a column of class numbers: `label_text` of `label`. */
const namesOfNumbers = (label: string, { names, rows }: ColumnSample): string | undefined =>
  names.find(
    (name) =>
      (foldedName(name).startsWith(foldedName(label)) || isLabelName(name) || endsAsLabel(name)) &&
      areNumbersOf(label, name, rows),
  );

/** Two columns of which each holds a part of the text: `question1` and `question2`, `premise` and `hypothesis`. */
const arePair = ([first, second, third]: readonly string[]): boolean => {
  if (first === undefined || second === undefined || third !== undefined) return false;
  const [a, b] = [first, second].map((name) => foldedName(lastPart(name))).toSorted();
  return (
    (a === 'hypothesis' && b === 'premise') ||
    (/[1a]$/.test(a!) && /[2b]$/.test(b!) && a!.slice(0, -1) === b!.slice(0, -1))
  );
};

/**
 * The columns with known names, in the order of `known`; if there are none, or all are empty, the columns with a known
 * name after the last dot. In some rows, a list of labels may be empty, and so have no names of labels.
 */
const byName = (known: readonly string[], names: readonly string[], { rows }: ColumnSample): readonly string[] => {
  const found = (among: readonly string[], part: (name: string) => string): readonly string[] => {
    const columns = new Map(among.toReversed().map((name) => [foldedName(part(name)), name]));
    return [...new Set(known.flatMap((name) => columns.get(foldedName(name)) ?? []))];
  };
  const whole = found(names, (name) => name);
  if (whole.some((name) => rows.some((row) => (row[name] ?? '').trim() !== ''))) return whole;
  const nested = found(
    names.filter((name) => !whole.includes(name)),
    lastPart,
  );
  return nested.length > 0 ? nested : whole;
};

/** Rejects the same column for text and class: nothing can be learned from it. */
const refuseSame = (source: string, titles: readonly string[], { labelColumn, classColumns = [] }: Label): void => {
  const label = [labelColumn, ...classColumns].find((name) => name !== undefined && titles.includes(name));
  if (label !== undefined)
    throw columnError(
      source,
      `the column ${listNames([label])} is chosen for both the text and the class. ` +
        'Give --title-column and --label-column different columns.',
    );
};

/** Drops choices by each filter in turn, unless none would be left. */
const narrowed = (choices: readonly string[], filters: readonly ((name: string) => boolean)[]): readonly string[] =>
  filters.reduce((left, isKept) => {
    const kept = left.filter(isKept);
    return kept.length === 0 ? left : kept;
  }, choices);

/** Whether the values of a column are names of sides of a split: `train` and `test`. */
const isOfSides = (name: string, rows: ColumnSample['rows']): boolean =>
  rows.every((row) => isSideName((row[name] ?? '').trim()));

/** A sentence about columns that mark several classes in a row, or none. */
const severalMarks = ({ columns }: MarkedColumns, { rows }: ColumnSample): string => {
  const [first = ''] = columns;
  const odd = rows.filter((row) => columns.filter((name) => isMark(row[name] ?? '')).length !== 1).length;
  return (
    ` ${listNames(columns.slice(0, 6))} mark classes, but ${odd} of the first ${rows.length} rows have several ` +
    'marks, or none, and a text has one class here: ' +
    `--label-column ${shellWord(excerpt(first))} predicts that mark alone.`
  );
};

/** The error for a column that was not found: it names the options, with the likeliest columns as values. */
const notFound = (
  what: string,
  title: string | undefined,
  label: string | undefined,
  marked: MarkedColumns | undefined,
  sample: ColumnSample,
): HeadwaterError => {
  const guess = (option: string, name: string | undefined): string =>
    `${option} ${name === undefined ? 'NAME' : shellWord(excerpt(name))}`;
  const one = sample.names.length === 1 ? ' There is one column: where that is wrong, give --delimiter.' : '';
  const marks = marked === undefined || marked.isOneEach ? '' : severalMarks(marked, sample);
  const choice = marked === undefined ? label : marked.isOneEach ? marked.columns.join(',') : marked.columns[0];
  return columnError(
    sample.source,
    `which column holds ${what} cannot be detected. The columns are ${shown(sample)}. Name them: ` +
      `${guess('--title-column', title)} ${guess('--label-column', choice)}.${marks}${one}`,
  );
};

/**
 * Finds the columns that hold the text and the class: those given by options; else those of earlier tables; else those
 * with common names; else those whose values leave only one choice.
 *
 * @throws HeadwaterError `HW_COLUMNS` if a given column is missing or occurs twice, or if a column cannot be determined
 */
export const findColumns = (sample: ColumnSample, wish: ColumnWish): FoundColumns => {
  const { names } = sample;
  const { usualColumns: usual } = wish;
  const usualTitles =
    usual?.titleColumns.every((name) => names.includes(name)) === true ? usual.titleColumns : undefined;
  const usualLabel = labelAsBefore(usual, names);
  const asked = wish.titleColumns === undefined ? usualTitles : titlesAsked(wish.titleColumns, sample);
  const noLabel = wish.labelColumn === null;
  const askedLabel =
    wish.labelColumn === undefined
      ? usualLabel
      : wish.labelColumn === null
        ? undefined
        : labelAsked(wish.labelColumn, sample);
  const isUsual =
    (wish.titleColumns === undefined && usualTitles !== undefined) ||
    (wish.labelColumn === undefined && usualLabel !== undefined);
  const [namedLabel] = likelyFirst(
    byName(LABEL_NAMES, names, sample).filter((name) => asked?.includes(name) !== true),
    sample,
    'classes',
  );
  const namedTitles = likelyFirst(
    byName(TITLE_NAMES, names, sample).filter((name) => name !== askedLabel?.labelColumn),
    sample,
    'texts',
  );

  let label: Label = noLabel
    ? { labelColumn: undefined }
    : (askedLabel ?? { labelColumn: namedLabel && (namesOfNumbers(namedLabel, sample) ?? namedLabel) });
  let titles = asked ?? namedTitles.slice(0, 1);
  refuseSame(sample.source, titles, label);
  const needsLabel = !noLabel && label.labelColumn === undefined && label.classColumns === undefined;
  const needsTitle = asked === undefined && titles.length === 0;
  if (!needsLabel && !needsTitle) {
    return {
      titleColumns: titles,
      ...label,
      foundBy: asked === undefined || (askedLabel === undefined && !noLabel) ? 'names' : isUsual ? 'usual' : 'asked',
      otherTitleColumns: asked === undefined ? namedTitles.slice(1) : [],
    };
  }
  const pair = needsLabel && needsTitle ? onlyTwo(sample) : undefined;
  if (pair !== undefined)
    return { titleColumns: [pair.title], labelColumn: pair.label, foundBy: 'values', otherTitleColumns: [] };
  const { classes, texts, text } = byValues(sample);
  const marked = needsLabel ? markedColumns(sample) : undefined;
  const labels = classes.filter((name) => !titles.includes(name));
  const labelChoices = narrowed(labels, [
    (name) => !isTitleName(name),
    (name) => !isOfSides(name, sample.rows),
    (name) => !isMeasure(valuesOf(name, sample.rows)),
    (name) => !labels.some((other) => areNumbersOf(name, other, sample.rows)),
    endsAsLabel,
  ]);
  const titleChoices = narrowed(
    texts.filter((name) => name !== label.labelColumn),
    text === undefined ? [(name) => !endsAsLabel(name), endsAsTitle] : [],
  );
  // Two marks that exclude each other may be a property of the text's author. Three are classes, beside other marks.
  const marks = marked !== undefined && marked.columns.length > 2 ? marked.all : marked?.columns;
  const isChoiceOfMarks = marked?.isOneEach === true && labels.every((name) => marks?.includes(name));
  if (needsLabel && isChoiceOfMarks) label = { labelColumn: undefined, classColumns: marked.columns };
  else if (needsLabel && labelChoices.length === 1) label = { labelColumn: labelChoices[0] };
  if (needsTitle) {
    const found = titleChoices.length === 1 ? titleChoices[0] : text;
    if (found !== undefined && found !== label.labelColumn) titles = [found];
    else if (arePair(titleChoices)) titles = names.filter((name) => titleChoices.includes(name));
  }
  const isWithoutLabel = !noLabel && label.labelColumn === undefined && label.classColumns === undefined;
  const what = [
    ...(titles.length === 0 && asked === undefined ? ['the text'] : []),
    ...(isWithoutLabel ? ['the class'] : []),
  ];
  if (what.length > 0)
    throw notFound(
      what.join(' and '),
      titles[0] ?? titleChoices[0],
      label.labelColumn ?? labelChoices[0],
      isWithoutLabel ? marked : undefined,
      sample,
    );
  return {
    titleColumns: titles,
    ...label,
    foundBy: 'values',
    otherTitleColumns: needsTitle ? titleChoices.filter((name) => !titles.includes(name)) : [],
  };
};
