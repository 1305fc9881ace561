import { HeadwaterError } from './HeadwaterError.js';

/** The most characters of a text that a message quotes. */
const LONGEST_QUOTE = 60;

/**
 * What was given for an option, for a message: a text in quotes, so that `"5"` is seen to be no number, and what is no
 * plain value by its kind.
 */
export const optionText = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE - 1)}…` : value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
    default:
      return String(value);
  }
};

/**
 * Refuses options that are missing, by a sentence that shows some.
 *
 * @param operator the function that was called, as its user writes it
 * @param options what was given
 * @param example options that work, as its user writes them
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkOptions = (operator: string, options: unknown, example: string): void => {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const given = options === undefined ? 'was called without options' : `was given ${optionText(options)} for options`;
  throw new HeadwaterError('HW_USAGE', `${operator} ${given}. Give an object, such as ${operator}(${example}).`);
};

/** Whether an option is a number at all: JavaScript compares the text "5" with numbers, too. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Which numbers an option may be. */
export interface NumberRange {
  /** The smallest, which may be it. Default: none. */
  readonly from?: number | undefined;
  /** What it must be above. Default: none. */
  readonly above?: number | undefined;
  /** The largest, which may be it. Default: any finite number. */
  readonly to?: number | undefined;
  /** What it must be below. Default: none. */
  readonly below?: number | undefined;
}

const wantedOf = ({ from, above, to, below }: NumberRange): string => {
  const least = from !== undefined ? `at least ${from}` : above !== undefined ? `above ${above}` : undefined;
  const most = to !== undefined ? `at most ${to}` : below !== undefined ? `below ${below}` : undefined;
  const bounds = [least, most].filter((bound) => bound !== undefined).join(' and ');
  return most === undefined ? `a finite number ${bounds}` : `a number ${bounds}`;
};

/**
 * Refuses an option that is no number, or a number out of range.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value what was given
 * @param range which numbers it may be
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkNumber = (operator: string, name: string, value: unknown, range: NumberRange): void => {
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = range;
  if (typeof value === 'number' && Number.isFinite(value) && value >= from && value <= to)
    if ((range.above === undefined || value > above) && (range.below === undefined || value < below)) return;
  throw new HeadwaterError('HW_USAGE', `${operator}: ${name} is ${optionText(value)}, but must be ${wantedOf(range)}.`);
};

/**
 * Refuses an option that is no whole number, or is below the least that can work.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value what was given
 * @param least the smallest value that can work; none for a seed, which may be any whole number
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkWhole = (operator: string, name: string, value: unknown, least = Number.MIN_SAFE_INTEGER): void => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return;
  const wanted = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${least}`;
  throw new HeadwaterError('HW_USAGE', `${operator}: ${name} is ${optionText(value)}, but must be ${wanted}.`);
};

/**
 * Refuses a time that is below zero, or zero where that makes no sense. Infinity is allowed: it means never.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value what was given, in milliseconds
 * @param zero whether zero makes sense; default false
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkTime = (operator: string, name: string, value: unknown, zero = false): void => {
  if (typeof value === 'number' && (value > 0 || (zero && value === 0))) return;
  const given = typeof value === 'number' ? `${value} ms` : optionText(value);
  throw new HeadwaterError(
    'HW_USAGE',
    `${operator}: ${name} is ${given}, but must be ${zero ? 'at least' : 'more than'} 0 milliseconds; Infinity means never.`,
  );
};

/**
 * Refuses an option that is none of the words that it may be.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value what was given
 * @param choices the words
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkChoice = (operator: string, name: string, value: unknown, choices: readonly string[]): void => {
  if (choices.some((choice) => choice === value)) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${operator}: ${name} is ${optionText(value)}, but must be one of ${choices.join(', ')}.`,
  );
};
