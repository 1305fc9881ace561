import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkLengths } from '../../internal/checkLengths.js';
import { checkShape } from '../../internal/checkShape.js';
import { attentionOp } from './attentionOps.js';

/** Checks the input and attends to it. `op` is the name of the calling op, for the error message. */
export const attention = (
  op: string,
  x: Tensor,
  lengths: Int32Array,
  query: Tensor,
): { readonly pooled: Tensor2D; readonly weights: Tensor2D } => {
  checkShape(op, 'x', x, ['B', 'T', 'D']);
  const [batch, time, width] = x.shape as [number, number, number];
  checkShape(op, 'query', query, [width]);
  checkLengths(op, lengths, batch, time);
  const [pooled, weights] = attentionOp.run({ x, query }, { lengths });
  return { pooled: pooled as Tensor2D, weights: weights as Tensor2D };
};
