import { wrongValue } from '../../contracts/checkOption.js';

/**
 * Rejects a name that is missing or empty.
 *
 * @param call the function that was called, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkText = (call: string, name: string, value: unknown): void => {
  if (typeof value !== 'string' || value === '') throw wrongValue(call, name, value, 'a text that is not empty');
};
