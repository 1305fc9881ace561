import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Returns the values. Throws where one is not a finite number. */
export const finite = <Values extends ArrayLike<number>>(values: Values, what: string, advice: string): Values => {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      throw new HeadwaterError('HW_NUMERIC', `${what} is ${values[i] ?? NaN}, which is no finite number. ${advice}`);
  }
  return values;
};

/** The advice in the message about a loss that is not finite, and about probabilities. */
export const UNSTABLE = 'Lower the learning rate, and check the class weights.';
export const DAMAGED = 'The weights are damaged: load others.';
