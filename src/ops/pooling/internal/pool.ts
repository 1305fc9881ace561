import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkLengths } from '../../internal/checkLengths.js';
import { checkShape } from '../../internal/checkShape.js';
import { poolOp } from './poolOps.js';
import type { PoolKind } from './poolOps.js';

/** Checks the input and pools it. `op` is the name of the calling op, for the error message. */
export const pool = (op: string, kind: PoolKind, x: Tensor, lengths: Int32Array): Tensor2D => {
  checkShape(op, 'x', x, ['B', 'T', 'D']);
  const [batch, time] = x.shape as [number, number];
  checkLengths(op, lengths, batch, time);
  const [pooled, places] = poolOp.run({ x }, { lengths, time, kind });
  places.dispose(); // the tape holds its own reference
  return pooled as Tensor2D;
};
