import { InvalidArgumentError } from 'commander';

/**
 * A parser of option values that are numbers in a range; what does not fit is refused with the range in the message.
 */
const number =
  (what: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !fits(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };

/** A whole number of at least `least`, and where `most` is given at most that. */
export const wholeNumber = (least: number, most = Infinity): ((text: string) => number) =>
  number(
    `a whole number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}`,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  );

/** A port to listen at; 0 lets the system choose. */
export const port: (text: string) => number = wholeNumber(0, 65_535);

/** A number above 0. */
export const positiveNumber: (text: string) => number = number(
  'a number above 0',
  (value) => Number.isFinite(value) && value > 0,
);

// What a timer of Node's holds; a longer wait would be none.
const LONGEST_SECONDS = 2_147_483;

/** A time in seconds that something is waited for. */
export const seconds: (text: string) => number = number(
  `a number above 0, of at most ${LONGEST_SECONDS}`,
  (value) => value > 0 && value <= LONGEST_SECONDS,
);

/** The same, where it may be none. */
export const secondsOrNone: (text: string) => number = number(
  `a number from 0 to ${LONGEST_SECONDS}`,
  (value) => value >= 0 && value <= LONGEST_SECONDS,
);

/** A number from 0 to below 1. */
export const fraction: (text: string) => number = number(
  'a number from 0 to below 1',
  (value) => value >= 0 && value < 1,
);

/** A number from 0 to 1. */
export const probability: (text: string) => number = number(
  'a number from 0 to 1',
  (value) => value >= 0 && value <= 1,
);

/** A path: an empty one, as of a variable that a script forgot to set, would be the current folder. */
export const path = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
};

/** Adds a value of an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, path(value)];

/** The character between the fields of a table; a tab can be named, since shells make it hard to type. */
export const delimiter = (text: string): string => {
  const character = text === 'tab' || text === '\\t' ? '\t' : text;
  if (!/^[\0-\x7f]$/.test(character)) throw new InvalidArgumentError('It must be one ASCII character, or tab.');
  return character;
};
