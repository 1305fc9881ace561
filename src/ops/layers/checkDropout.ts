import { checkNumber, checkOptions, checkTypes } from '../../contracts/checkOption.js';
import type { DropoutOptions } from './DropoutOptions.js';

/**
 * Checks the options of a dropout.
 *
 * @param call the function, as its user writes it
 * @param argument the name of its first argument
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkDropout = (call: string, argument: string, options: DropoutOptions): void => {
  checkOptions(call, options, `${argument}, { rate: 0.1, seed: 1, epoch: 1, step: 0 }`);
  checkNumber(call, 'rate', options.rate, { from: 0, below: 1 });
  checkTypes(call, options, { seed: 'number', epoch: 'number', step: 'number', site: 'number', training: 'boolean' });
};
