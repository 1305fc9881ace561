/** What is known about a table when its columns are searched. */
export interface ColumnSample {
  readonly source: string;
  readonly names: readonly string[];
  /** The fields of the first records, by name. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Whether `names` may be incomplete: a key of JSON lines may first occur later. */
  readonly open: boolean;
}

/** Properties of the values of a column. */
export interface Values {
  readonly name: string;
  readonly distinct: number;
  readonly filled: number;
  readonly meanLength: number;
  readonly numeric: boolean;
  /** Whether all values are dates or times. */
  readonly dates: boolean;
  /** Whether all values are ASCII without blanks: names or URLs, not texts. */
  readonly single: boolean;
  /** Whether these are numbers of a fine scale, such as votes and means: no steps of a half, or many of them. */
  readonly measured: boolean;
  /** Whether nearly all values begin with a tag of HTML. */
  readonly markup: boolean;
}

const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})|\d{1,2}:\d{2}:\d{2}/;

/** The steps of the longest usual scale: 0 to 10 in halves. */
const MOST_STEPS = 21;

export const valuesOf = (name: string, rows: ColumnSample['rows']): Values => {
  const values = rows.map((row) => (row[name] ?? '').trim()).filter((value) => value !== '');
  const distinct = new Set(values).size;
  const numeric = values.every((value) => /^[-+]?[\d.,]+$/.test(value));
  return {
    name,
    distinct,
    filled: values.length,
    meanLength: values.reduce((sum, value) => sum + value.length, 0) / Math.max(1, values.length),
    numeric,
    measured: numeric && (distinct > MOST_STEPS || values.some((value) => !/^[-+]?\d+([.,](0|5|50)0*)?$/.test(value))),
    dates: values.length > 0 && values.every((value) => value.length <= 40 && DATE.test(value)),
    single: values.every((value) => /^[!-~]*$/.test(value)),
    markup: values.filter((value) => /^<[a-z!][^>]*>/i.test(value)).length > values.length * 0.9,
  };
};

/** With fewer rows, the number of repeated values means nothing. */
export const ENOUGH_ROWS = 6;

/** The values of at most this many columns are examined. Tables for people do not have more. */
export const MOST_COLUMNS = 200;

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
  const all = values.filter((column) => isText(column, rows.length)).toSorted((a, b) => b.meanLength - a.meanLength);
  // Exports may have each text twice, with and without markup.
  const plain = all.filter(({ markup }) => !markup);
  const texts = plain.length > 0 ? plain : all;
  const [first, second] = texts;
  const clear = second === undefined || first!.meanLength >= CLEARLY_LONGER * second.meanLength;
  return {
    classes: classes.map(({ name }) => name),
    texts: texts.map(({ name }) => name),
    text: clear ? first?.name : undefined,
  };
};
