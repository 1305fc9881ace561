import { isKnownName } from '../columnNames.js';

/** Rarely used delimiters that the first lines of a table show, the likeliest first. */
export interface OddDelimiters {
  /** Repetitions of a usual delimiter, such as `|||`. They are tried before it, because it fits these tables too. */
  readonly repeated: readonly string[];
  /** Others, such as `:::`, `_!_` and `@`. They are used only if no usual delimiter fits. */
  readonly others: readonly string[];
}

/** Single characters that most texts do not have. */
export const RARE_DELIMITERS: readonly string[] = [
  '@',
  '#',
  '$',
  '\u00a6',
  '\u00a7',
  '\u00ac',
  '\u00fe',
  '\u001f',
  '\u001e',
  '\u0002',
];

/** Two or more symbols: no letters, digits, white space, control characters or quotation marks. */
const SYMBOLS = /[^\p{L}\p{M}\p{N}\s\p{Cc}"'\u2018-\u201f]{2,8}/gu;

/** The words of a header line, each with the quotes around it. */
const NAME = /["']?[\p{L}\p{M}\p{N}_]+["']?/gu;

const ENOUGH_LINES = 3;
const MOST_LINES = 20;
/** The share of the first lines in which a delimiter must occur equally often. */
const EQUALLY_OFTEN = 0.8;
/** The share of the first lines that a delimiter between known names must occur in. Texts may have line breaks. */
const PRESENT = 0.3;

/** Brackets belong to a name: `title (category)`. */
const BRACKET = /[\p{Ps}\p{Pe}]/u;

/** The text between the names of a header line, if it is the same everywhere and at least two names are known. */
const betweenNames = (line: string): readonly string[] => {
  const names = (line.match(NAME) ?? []).map((name) => name.replaceAll(/["']/g, ''));
  const [between, ...others] = line.trim().split(NAME).slice(1, -1);
  if (between === undefined || others.some((other) => other !== between)) return [];
  if (names.filter(isKnownName).length < 2 || BRACKET.test(between)) return [];
  if (between.trim() !== '') return [between.trim()];
  return /^\t{2,}$/.test(between) ? [between] : [];
};

/** Whether all runs of the delimiter's character in the line are as long as the delimiter. */
const isOnlyRun = (line: string, delimiter: string): boolean => {
  let run = 0;
  for (const character of `${line}\n`) {
    if (character === delimiter[0]) run++;
    else if (run !== 0 && run !== delimiter.length) return false;
    else run = 0;
  }
  return true;
};

/** The delimiter with the spaces around it, if it always has them. */
const withSpaces = (delimiter: string, lines: readonly string[]): string => {
  const spaced = ` ${delimiter} `;
  return lines.every((line) => line.split(spaced).length === line.split(delimiter).length) ? spaced : delimiter;
};

/**
 * Finds texts in the first lines of a table that may be its delimiter, besides the usual ones.
 *
 * @param text the first characters of the table
 * @param usual the usual delimiters
 */
export const oddDelimiters = (text: string, usual: readonly string[]): OddDelimiters => {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n|\r/, MOST_LINES + 1)
    .filter((line) => line.trim() !== '');
  const [first] = lines;
  // The last line may be incomplete.
  if (first === undefined || lines.length < ENOUGH_LINES) return { repeated: [], others: [] };
  const isFrequent = (delimiter: string): boolean => {
    const count = first.split(delimiter).length;
    const equal = lines.slice(0, -1).filter((line) => line.split(delimiter).length === count).length;
    return count > 1 && equal >= (lines.length - 1) * EQUALLY_OFTEN;
  };
  const isPresent = (delimiter: string): boolean =>
    lines.filter((line) => line.includes(delimiter)).length >= lines.length * PRESENT;
  const named = betweenNames(first).filter(isPresent);
  const symbols = [...new Set([...named, ...(first.match(SYMBOLS) ?? []), ...RARE_DELIMITERS])]
    .filter((delimiter) => !usual.includes(delimiter) && (named.includes(delimiter) || isFrequent(delimiter)))
    .toSorted((a, b) => first.split(b).length - first.split(a).length || b.length - a.length);
  const isRepeated = (delimiter: string): boolean =>
    usual.includes(delimiter[0]!) && delimiter === delimiter[0]!.repeat(delimiter.length);
  return {
    repeated: symbols.filter((delimiter) => isRepeated(delimiter) && isOnlyRun(first, delimiter)),
    others: symbols.filter((delimiter) => !isRepeated(delimiter)).map((delimiter) => withSpaces(delimiter, lines)),
  };
};
