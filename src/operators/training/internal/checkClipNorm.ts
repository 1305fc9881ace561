import { wrongValue } from '../../../contracts/checkOption.js';

/**
 * Refuses a gradient norm limit that is not a number above 0. Infinity is allowed: the norm is measured, and nothing is
 * clipped.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkClipNorm = (operator: string, value: unknown): void => {
  if (value === undefined || (typeof value === 'number' && value > 0)) return;
  throw wrongValue(operator, 'clipNorm', value, 'a number above 0; Infinity measures the norm and clips nothing');
};
