import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { shellWord } from '../../../contracts/messages/shellWord.js';
import { listNames } from '../../internal/listNames.js';
import { endsAsLabel, endsAsTitle, foldedName, isTitleName, LABEL_NAMES, TITLE_NAMES } from '../columnNames.js';
import type { UsualColumns } from '../TableOptions.js';
import { isSideName } from './sideNames.js';

/** What is known about a table when its columns are searched. */
export interface ColumnSample {
  readonly source: string;
  readonly names: readonly string[];
  /** The fields of the first records, by name. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Whether `names` may be incomplete: a key of JSON lines may first occur later. */
  readonly open: boolean;
}

export interface ColumnWish {
  readonly titleColumns: readonly string[] | undefined;
  readonly labelColumn: string | null | undefined;
  /** Used if the table has these columns, unless options give others. */
  readonly usualColumns?: UsualColumns | undefined;
}

export interface FoundColumns {
  readonly titleColumns: readonly string[];
  readonly labelColumn: string | undefined;
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
    const again = names.find(
      (name) => name !== asked && name.startsWith(`${asked}.`) && name === `${asked}.${names.indexOf(name) + 1}`,
    );
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

/** The part after the last dot: `title` of `data.title`. Nested JSON and some exports have such names. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/**
 * The columns with known names, in the order of `known`; if there are none, the columns with a known name after the
 * last dot.
 */
const byName = (known: readonly string[], names: readonly string[]): readonly string[] => {
  const found = (part: (name: string) => string): readonly string[] => {
    const columns = new Map(names.toReversed().map((name) => [foldedName(part(name)), name]));
    return [...new Set(known.flatMap((name) => columns.get(foldedName(name)) ?? []))];
  };
  const whole = found((name) => name);
  return whole.length > 0 ? whole : found(lastPart);
};

/** Rejects the same column for text and class: nothing can be learned from it. */
const refuseSame = (source: string, titles: readonly string[], label: string | undefined): void => {
  if (label !== undefined && titles.includes(label))
    throw columnError(
      source,
      `the column ${listNames([label])} is chosen for both the text and the class. ` +
        'Give --title-column and --label-column different columns.',
    );
};

/** Properties of the values of a column. */
interface Values {
  readonly name: string;
  readonly distinct: number;
  readonly filled: number;
  readonly meanLength: number;
  readonly numeric: boolean;
  /** Whether all values are dates or times. */
  readonly dates: boolean;
  /** Whether all values are ASCII without blanks: names or URLs, not texts. */
  readonly single: boolean;
}

const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})|\d{1,2}:\d{2}:\d{2}/;

const valuesOf = (name: string, rows: ColumnSample['rows']): Values => {
  const values = rows.map((row) => (row[name] ?? '').trim()).filter((value) => value !== '');
  return {
    name,
    distinct: new Set(values).size,
    filled: values.length,
    meanLength: values.reduce((sum, value) => sum + value.length, 0) / Math.max(1, values.length),
    numeric: values.every((value) => /^[-+]?[\d.,]+$/.test(value)),
    dates: values.length > 0 && values.every((value) => value.length <= 40 && DATE.test(value)),
    single: values.every((value) => /^[!-~]*$/.test(value)),
  };
};

/** With fewer rows, the number of repeated values means nothing. */
const ENOUGH_ROWS = 6;

/** The values of at most this many columns are examined. Tables for people do not have more. */
const MOST_COLUMNS = 200;

const isClass = ({ distinct, filled, meanLength, dates }: Values, rows: number): boolean =>
  filled > rows * 0.8 && distinct >= 2 && distinct <= Math.max(2, rows / 3) && meanLength <= 40 && !dates;

const isText = ({ distinct, filled, meanLength, numeric, dates, single }: Values, rows: number): boolean =>
  !numeric && !dates && !single && filled > rows * 0.8 && distinct > filled * 0.5 && meanLength >= 4;

/** A text column is chosen if its texts are at least this many times longer than those of the other candidates. */
const CLEARLY_LONGER = 2;

/**
 * The columns whose values look like classes, those with the fewest different values first; and the columns whose
 * values look like texts, those with the longest values first.
 */
export const byValues = ({
  names,
  rows,
}: Pick<ColumnSample, 'names' | 'rows'>): { classes: string[]; texts: string[]; text: string | undefined } => {
  if (rows.length < ENOUGH_ROWS) return { classes: [], texts: [], text: undefined };
  const values = names.slice(0, MOST_COLUMNS).map((name) => valuesOf(name, rows));
  const classes = values.filter((column) => isClass(column, rows.length)).toSorted((a, b) => a.distinct - b.distinct);
  const texts = values.filter((column) => isText(column, rows.length)).toSorted((a, b) => b.meanLength - a.meanLength);
  const [first, second] = texts;
  const clear = second === undefined || first!.meanLength >= CLEARLY_LONGER * second.meanLength;
  return {
    classes: classes.map(({ name }) => name),
    texts: texts.map(({ name }) => name),
    text: clear ? first?.name : undefined,
  };
};

const CAN_BE = {
  classes: ({ distinct, filled }: Values, rows: number): boolean =>
    filled > rows / 2 && distinct >= 2 && distinct <= Math.max(2, rows / 2),
  texts: ({ distinct, filled, numeric }: Values, rows: number): boolean =>
    filled > rows / 2 && distinct >= 2 && !numeric,
};

/**
 * Sorts columns with known names so that plausible ones come first. For example, a column `type` with only one value,
 * or a column `title` that is mostly empty, moves to the end.
 *
 * If none is plausible, but the values of another column are, the result is empty: a column of texts may be called
 * `review` or `rating` too, and a column of texts may be empty.
 */
const likelyFirst = (
  columns: readonly string[],
  sample: ColumnSample,
  kind: keyof typeof CAN_BE,
): readonly string[] => {
  const { rows } = sample;
  if (rows.length < ENOUGH_ROWS || columns.length === 0) return columns;
  const likely = new Set(columns.filter((name) => CAN_BE[kind](valuesOf(name, rows), rows.length)));
  if (likely.size === 0 && byValues(sample)[kind].length > 0) return [];
  return [...columns.filter((name) => likely.has(name)), ...columns.filter((name) => !likely.has(name))];
};

/**
 * The class column and the text column of a table that has only two columns with values. The class column has far fewer
 * different values than the text column, and shorter ones.
 */
const onlyTwo = ({ names, rows }: ColumnSample): { readonly label: string; readonly title: string } | undefined => {
  if (rows.length < ENOUGH_ROWS) return undefined;
  const filled = names
    .slice(0, MOST_COLUMNS)
    .map((name) => valuesOf(name, rows))
    .filter(({ filled: count }) => count > 0);
  const [label, title, third] = filled.toSorted((a, b) => a.distinct - b.distinct);
  if (label === undefined || title === undefined || third !== undefined) return undefined;
  const isPair = label.distinct >= 2 && label.distinct * 3 <= title.distinct && label.meanLength < title.meanLength;
  return isPair && !title.numeric ? { label: label.name, title: title.name } : undefined;
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

/** The error for a column that was not found: it names the options, with the likeliest columns as values. */
const notFound = (
  what: string,
  title: string | undefined,
  label: string | undefined,
  sample: ColumnSample,
): HeadwaterError => {
  const guess = (option: string, name: string | undefined): string =>
    `${option} ${name === undefined ? 'NAME' : shellWord(excerpt(name))}`;
  const one = sample.names.length === 1 ? ' There is one column: where that is wrong, give --delimiter.' : '';
  return columnError(
    sample.source,
    `which column holds ${what} cannot be detected. The columns are ${shown(sample)}. Name them: ` +
      `${guess('--title-column', title)} ${guess('--label-column', label)}.${one}`,
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
  const usualLabel = usual !== undefined && names.includes(usual.labelColumn) ? usual.labelColumn : undefined;
  const asked = wish.titleColumns === undefined ? usualTitles : titlesAsked(wish.titleColumns, sample);
  const askedLabel =
    wish.labelColumn === undefined
      ? usualLabel
      : wish.labelColumn === null
        ? undefined
        : columnAsked(wish.labelColumn, '--label-column', sample);
  const isUsual =
    (wish.titleColumns === undefined && usualTitles !== undefined) ||
    (wish.labelColumn === undefined && usualLabel !== undefined);
  const noLabel = wish.labelColumn === null;
  const namedLabels = likelyFirst(
    byName(LABEL_NAMES, names).filter((name) => asked?.includes(name) !== true),
    sample,
    'classes',
  );
  const namedTitles = likelyFirst(
    byName(TITLE_NAMES, names).filter((name) => name !== askedLabel),
    sample,
    'texts',
  );

  let label = noLabel ? undefined : (askedLabel ?? namedLabels[0]);
  let titles = asked ?? namedTitles.slice(0, 1);
  refuseSame(sample.source, titles, label);
  const needsLabel = !noLabel && label === undefined;
  const needsTitle = asked === undefined && titles.length === 0;
  if (!needsLabel && !needsTitle) {
    return {
      titleColumns: titles,
      labelColumn: label,
      foundBy: asked === undefined || (askedLabel === undefined && !noLabel) ? 'names' : isUsual ? 'usual' : 'asked',
      otherTitleColumns: asked === undefined ? namedTitles.slice(1) : [],
    };
  }
  const pair = needsLabel && needsTitle ? onlyTwo(sample) : undefined;
  if (pair !== undefined)
    return { titleColumns: [pair.title], labelColumn: pair.label, foundBy: 'values', otherTitleColumns: [] };
  const { classes, texts, text } = byValues(sample);
  const labelChoices = narrowed(
    classes.filter((name) => !titles.includes(name)),
    [(name) => !isTitleName(name), (name) => !isOfSides(name, sample.rows), endsAsLabel],
  );
  const titleChoices = narrowed(
    texts.filter((name) => name !== label),
    text === undefined ? [(name) => !endsAsLabel(name), endsAsTitle] : [],
  );
  if (needsLabel) label = labelChoices.length === 1 ? labelChoices[0] : undefined;
  if (needsTitle) {
    const found = titleChoices.length === 1 ? titleChoices[0] : text;
    titles = found === undefined || found === label ? [] : [found];
  }
  const what = [
    ...(titles.length === 0 && asked === undefined ? ['the text'] : []),
    ...(label === undefined && !noLabel ? ['the class'] : []),
  ];
  if (what.length > 0)
    throw notFound(what.join(' and '), titles[0] ?? titleChoices[0], label ?? labelChoices[0], sample);
  return {
    titleColumns: titles,
    labelColumn: label,
    foundBy: 'values',
    otherTitleColumns: needsTitle ? titleChoices.filter((name) => !titles.includes(name)) : [],
  };
};
