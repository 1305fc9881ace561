import { optionText } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * An option's value, or its default.
 *
 * @param least the least whole number that works
 * @throws HeadwaterError `HW_USAGE` for anything else
 */
export const requireNumber = (name: string, value: number | undefined, byDefault: number, least: number): number => {
  const given = value ?? byDefault;
  if (Number.isSafeInteger(given) && given >= least) return given;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} must be a whole number of at least ${least}, not ${optionText(given)}.`,
  );
};
