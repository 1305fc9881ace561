import { optionText } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * The checked value of an option, or its default.
 *
 * @param least the smallest allowed value
 * @throws HeadwaterError `HW_USAGE` for anything but a whole number of at least `least`
 */
export const requireNumber = (name: string, value: number | undefined, byDefault: number, least: number): number => {
  const given = value ?? byDefault;
  if (Number.isSafeInteger(given) && given >= least) return given;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} must be a whole number of at least ${least}, not ${optionText(given)}.`,
  );
};
