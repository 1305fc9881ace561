import { isRatingName } from '../../columnNames.js';
import { byValues, type ColumnSample, ENOUGH_ROWS, MOST_COLUMNS, type Values, valuesOf } from './columnValues.js';

/** The next column with the same name in the header; a number distinguishes it. */
export const repeatOf = (name: string, names: readonly string[]): string | undefined =>
  names.find((other) => other !== name && other === `${name}.${names.indexOf(other) + 1}`);

/** Whether the header has the name of a column several times. */
const isRepeated = (name: string, names: readonly string[]): boolean => repeatOf(name, names) !== undefined;

/** Whether a column has votes or means, although it has the name of a column of ratings. */
export const isMeasure = ({ name, measured }: Pick<Values, 'name' | 'measured'>): boolean =>
  measured && isRatingName(name);

const CAN_BE = {
  classes: ({ name, distinct, filled, measured }: Values, rows: number): boolean =>
    filled > rows / 2 && distinct >= 2 && distinct <= Math.max(2, rows / 2) && !isMeasure({ name, measured }),
  texts: ({ distinct, filled, numeric }: Values, rows: number): boolean =>
    filled > rows / 2 && distinct >= 2 && !numeric,
};

/**
 * Sorts columns with known names so that plausible ones come first. For example, a column `type` with only one value,
 * a column `title` that is mostly empty, or one of several columns `comment` moves to the end.
 *
 * If none is plausible, but the values of another column are, the result is empty: a column of texts may be called
 * `review` or `rating` too, and a column of texts may be empty.
 */
export const likelyFirst = (
  columns: readonly string[],
  sample: ColumnSample,
  kind: keyof typeof CAN_BE,
): readonly string[] => {
  const { names, rows } = sample;
  if (rows.length < ENOUGH_ROWS || columns.length === 0) return columns;
  const likely = new Set(
    columns.filter(
      (name) => CAN_BE[kind](valuesOf(name, rows), rows.length) && (kind === 'classes' || !isRepeated(name, names)),
    ),
  );
  if (likely.size === 0 && byValues(sample)[kind].length > 0) return [];
  return [...columns.filter((name) => likely.has(name)), ...columns.filter((name) => !likely.has(name))];
};

/**
 * The class column and the text column of a table that has only two columns with values. The class column has far fewer
 * different values than the text column, and shorter ones.
 */
export const onlyTwo = ({
  names,
  rows,
}: ColumnSample): { readonly label: string; readonly title: string } | undefined => {
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
