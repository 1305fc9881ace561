import { InvalidArgumentError } from 'commander';

/** A parser of option values that are numbers in a range; what does not fit is refused with the range in the message. */
const number = (what: string, fits: (value: number) => boolean) => (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !fits(value)) throw new InvalidArgumentError(`It must be ${what}.`);
  return value;
};

/** A whole number of at least `least`. */
export const wholeNumber = (least: number): ((text: string) => number) =>
  number(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least);

/** A number above 0. */
export const positiveNumber: (text: string) => number = number('a number above 0', (value) => Number.isFinite(value) && value > 0);

/** A number from 0 to below 1. */
export const fraction: (text: string) => number = number('a number from 0 to below 1', (value) => value >= 0 && value < 1);

/** A number from 0 to 1. */
export const probability: (text: string) => number = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);

/** A path: an empty one, as of a variable that a script forgot to set, would be the current folder. */
export const path = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
};
