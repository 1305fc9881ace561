import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Returns the values. Throws where one is not a finite number. */
export const finite = <Values extends ArrayLike<number>>(values: Values, what: string, advice: string): Values => {
  // The sum is 0 if all are finite, else NaN: one addition a value instead of a branch.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  if (sum === 0) return values;
  const bad = Array.from(values).find((value) => !Number.isFinite(value)) ?? NaN;
  throw new HeadwaterError('HW_NUMERIC', `${what} is ${bad}, which is no finite number. ${advice}`);
};

/** The advice in the message about a loss that is not finite, and about probabilities. */
export const UNSTABLE = 'Lower the learning rate, and check the class weights.';
export const DAMAGED = 'The weights are damaged: load others.';
