import type { AnyOp } from './definition/defineOp.js';
import { dropoutOp } from './layers/dropout.js';
import { embeddingOp } from './layers/embedding.js';
import { gatherLastOp } from './layers/gatherLast.js';
import { linearOp } from './layers/linear.js';
import { EMBEDDED_OPS } from './recurrent/internal/embeddedOps.js';
import { RECURRENT_OPS } from './recurrent/internal/recurrentOps.js';
import { softmaxOp } from './layers/softmax.js';
import { softmaxCrossEntropyOp } from './layers/softmaxCrossEntropy.js';

const recurrentOps = Object.values(RECURRENT_OPS).flatMap(
  ({ layer, bidirectional, last, lastBidirectional, cell }): readonly AnyOp[] => [
    layer,
    bidirectional,
    last,
    lastBidirectional,
    cell,
  ],
);

const embeddedOps = Object.values(EMBEDDED_OPS).flatMap(({ last, lastBidirectional }): readonly AnyOp[] => [
  last,
  lastBidirectional,
]);

/** Every op of this library that has a gradient. */
export const OPS: readonly AnyOp[] = [
  dropoutOp,
  embeddingOp,
  gatherLastOp,
  linearOp,
  softmaxOp,
  softmaxCrossEntropyOp,
  ...recurrentOps,
  ...embeddedOps,
];

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
