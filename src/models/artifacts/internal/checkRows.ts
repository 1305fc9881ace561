import * as E from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';

/**
 * Checks that the touched rows of a table exist and are distinct.
 *
 * @param prefix the table: `<prefix>.rows` is the list of its rows
 * @param rows the number of rows of the table
 */
export const checkRows = (
  weights: StateDict,
  prefix: string,
  rows: number,
  where: string | undefined,
): E.Either<HeadwaterError, StateDict> => {
  const ids = weights.get(`${prefix}.rows`)?.data ?? new Float32Array(0);
  const known = new Set<number>();
  for (const id of ids) {
    if (Number.isInteger(id) && id >= 0 && id < rows && !known.has(id)) {
      known.add(id);
      continue;
    }
    return E.left(
      new HeadwaterError(
        'HW_ARTIFACT',
        `The weights${where === undefined ? '' : ` in ${where}`} do not fit the model: ` +
          `${prefix}.rows names the row ${id}${known.has(id) ? ' twice' : `, but there are ${rows}`}.`,
        where === undefined ? {} : { where },
      ),
    );
  }
  return E.right(weights);
};
