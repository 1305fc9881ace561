import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';

/**
 * The values of an entry of a state. Throws an error with the reason if they do not fit. `what` describes the state,
 * for the message.
 */
export const requireEntry = (state: StateDict, name: string, shape: readonly number[], what: string): Float32Array => {
  const entry = state.get(name);
  const size = shape.reduce((product, side) => product * side, 1);
  if (entry?.shape.join() !== shape.join() || entry.data.length !== size)
    throw new HeadwaterError(
      'HW_ARTIFACT',
      `${what} does not fit: "${name}" should be of shape [${shape.join(', ')}], but is ${
        entry === undefined ? 'missing' : `[${entry.shape.join(', ')}]`
      }. Save the checkpoint again.`,
    );
  return entry.data;
};
