import type { AnyOp } from './defineOp.js';
import { gatherLastOp } from './gatherLast.js';

/** Every op of this library that has a gradient. */
export const OPS: readonly AnyOp[] = [gatherLastOp];

/**
 * Registers the gradients of this library's ops with tfjs, so that they can be trained through on any backend.
 *
 * Call it once at the start; more calls change nothing. `registerBackend` calls it too. Importing registers nothing.
 *
 * @example
 * ```ts
 * import { registerOps, gatherLast } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const output = tf.tensor3d([[[1], [2]]]);
 * tf.grad((x) => gatherLast(x, Int32Array.of(2)))(output).dataSync(); // 0, 1
 * ```
 */
export const registerOps = (): void => {
  for (const op of OPS) op.register();
};
