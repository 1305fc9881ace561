import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Refuses an option that is no whole number, or is below the least that can work.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value what was given
 * @param least the smallest value that can work; none for a seed, which may be any whole number
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkWhole = (operator: string, name: string, value: number, least = Number.MIN_SAFE_INTEGER): void => {
  if (Number.isSafeInteger(value) && value >= least) return;
  const wanted = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${least}`;
  throw new HeadwaterError('HW_USAGE', `${operator}: ${name} is ${value}, but must be ${wanted}.`);
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
export const checkTime = (operator: string, name: string, value: number, zero = false): void => {
  if (value > 0 || (zero && value === 0)) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${operator}: ${name} is ${value} ms, but must be ${zero ? 'at least' : 'more than'} 0; Infinity means never.`,
  );
};
