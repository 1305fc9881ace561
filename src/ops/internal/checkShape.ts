import type { Tensor } from '@tensorflow/tfjs-core';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

const checkDtype = (op: string, name: string, tensor: Tensor): void => {
  if (tensor.dtype !== 'float32')
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${name} of dtype ${tensor.dtype}, but it must be float32. Cast it first.`,
    );
};

/**
 * Checks the shape of a tensor, and that it is float32. A dimension given as a letter may have any size. `op` is the
 * name of the op, for the error message.
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
  checkDtype(op, name, tensor);
};

/** Checks that a tensor is float32. */
export const checkFloat32 = (op: string, name: string, tensor: Tensor): void => {
  checkArgument(op, name, tensor, 'a tensor', ['rank', 'shape']);
  checkDtype(op, name, tensor);
};
