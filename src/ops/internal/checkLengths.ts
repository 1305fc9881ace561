import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** Checks that lengths fit a batch of shape [batch, time]. `op` is the name of the op, for the error message. */
export const checkLengths = (op: string, lengths: Int32Array, batch: number, time: number): void => {
  checkArgument(op, 'lengths', lengths, 'an Int32Array with one length a row', ['length']);
  if (lengths.length !== batch)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${lengths.length} lengths for ${batch} rows. There must be one length a row.`,
    );
  const bad = lengths.findIndex((length) => length < 1 || length > time);
  if (bad !== -1)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given the length ${lengths[bad] ?? NaN} for row ${bad}. ` +
        `Lengths must be between 1 and ${time}, the number of steps.`,
    );
};
