import type { Tensor } from '@tensorflow/tfjs-core';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Refuses a tensor of another shape or dtype; a dimension given as a letter may be of any size. `op` names who was
 * given it.
 */
export const checkShape = (op: string, name: string, tensor: Tensor, shape: readonly (number | string)[]): void => {
  checkArgument(op, name, tensor, 'a tensor', ['rank', 'shape']);
  const fits =
    tensor.rank === shape.length && shape.every((size, i) => typeof size === 'string' || size === tensor.shape[i]);
  if (!fits)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${name} of shape [${tensor.shape.join(', ')}], but it must have shape [${shape.join(', ')}].`,
    );
  checkFloat32(op, name, tensor);
};

/** Refuses a tensor of another dtype. */
export const checkFloat32 = (op: string, name: string, tensor: Tensor): void => {
  checkArgument(op, name, tensor, 'a tensor', ['rank', 'shape']);
  if (tensor.dtype !== 'float32')
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${name} of dtype ${tensor.dtype}, but it must be float32. Cast it first.`,
    );
};
