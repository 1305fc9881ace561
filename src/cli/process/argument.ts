import { InvalidArgumentError } from 'commander';

/** A parser of option values that are numbers in a range. Other values are refused, and the message gives the range. */
const number =
  (what: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !fits(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most = Infinity): ((text: string) => number) =>
  number(
    `a whole number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}`,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  );

/** A port to listen on. With 0, the system chooses one. */
export const port: (text: string) => number = wholeNumber(0, 65_535);

/** A number above 0. */
export const positiveNumber: (text: string) => number = number(
  'a number above 0',
  (value) => Number.isFinite(value) && value > 0,
);

// The maximum delay of Node's timers; a longer delay would fire at once.
const LONGEST_SECONDS = 2_147_483;

/** A waiting time in seconds. */
export const seconds: (text: string) => number = number(
  `a number above 0, of at most ${LONGEST_SECONDS}`,
  (value) => value > 0 && value <= LONGEST_SECONDS,
);

/** A waiting time in seconds, or 0. */
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

/**
 * A path. An empty path, for example from an unset variable in a script, is refused, because it would mean the current
 * folder.
 */
export const path = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
};

/** Adds a value of an option that can be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, path(value)];

/**
 * The field separator of a table: one character or several. A tab can be given as `tab` or `\t`, because it is hard to
 * type in shells.
 */
export const delimiter = (text: string): string => {
  const characters = text === 'tab' ? '\t' : text.replaceAll('\\t', '\t');
  const size = Buffer.byteLength(characters);
  if (size === 0 || size > 16 || /[\r\n]/.test(characters))
    throw new InvalidArgumentError('It must be tab, or 1 to 16 bytes without line breaks.');
  return characters;
};
