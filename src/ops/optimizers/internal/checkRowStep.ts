import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { firstOutside } from '../../internal/firstOutside.js';
import type { RowTable } from '../../sparse/RowTable.js';

/** Checks the arguments of a step on rows of a table. */
export const checkRowStep = (
  op: string,
  { rows, width }: RowTable,
  ids: Int32Array,
  gradient: Float32Array,
  learningRate: number,
): void => {
  if (gradient.length !== ids.length * width)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${gradient.length} gradients for ${ids.length} ` +
        `rows of ${width} values. There must be one a value.`,
    );
  const bad = firstOutside(ids, rows);
  if (bad < ids.length)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given a gradient of row ${ids[bad]!}. Rows must be between 0 and ${rows - 1}.`,
    );
  if (!(learningRate >= 0 && learningRate < Infinity))
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given the learning rate ${learningRate}. It must be finite and not negative.`,
    );
};
