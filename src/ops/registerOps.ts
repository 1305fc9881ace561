import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { checkOptions, checkTypes } from '../contracts/checkOption.js';
import type { AnyOp } from './definition/defineOp.js';
import { concatFeaturesOp } from './layers/concatFeatures.js';
import { dropoutOp } from './layers/dropout.js';
import { embeddingOp } from './layers/embedding.js';
import { gatherLastOp } from './layers/gatherLast.js';
import { linearOp } from './layers/linear.js';
import { vectorEmbeddingOp } from './layers/vectorEmbedding.js';
import { wordDropoutOp } from './layers/wordDropout.js';
import { attentionOp } from './pooling/internal/attentionOps.js';
import { poolOp } from './pooling/internal/poolOps.js';
import { EMBEDDED_OPS } from './recurrent/internal/embeddedOps.js';
import { INDEXED_OPS } from './recurrent/internal/indexedOps.js';
import { RECURRENT_OPS } from './recurrent/internal/recurrentOps.js';
import { sparseLinearOp } from './sparse/sparseLinear.js';
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

const indexedOps = Object.values(INDEXED_OPS).flatMap(({ layer, bidirectional }): readonly AnyOp[] => [
  layer,
  bidirectional,
]);

const embeddedOps = Object.values(EMBEDDED_OPS).flatMap(({ last, lastBidirectional }): readonly AnyOp[] => [
  last,
  lastBidirectional,
]);

/** All ops of this library that have a gradient. */
export const OPS: readonly AnyOp[] = [
  concatFeaturesOp,
  dropoutOp,
  embeddingOp,
  gatherLastOp,
  linearOp,
  softmaxOp,
  softmaxCrossEntropyOp,
  attentionOp,
  poolOp,
  sparseLinearOp,
  vectorEmbeddingOp,
  wordDropoutOp,
  ...recurrentOps,
  ...embeddedOps,
  ...indexedOps,
];

/** Which gradients `registerOps` registers. */
export interface RegisterOpsOptions {
  /**
   * Whether to register the gradients of tfjs's own ops too, which tfjs does not register in Node. A model that uses
   * stock ops (`mean`, `relu`, `conv1d` …) cannot be trained without them. Default false.
   */
  readonly stockGradients?: boolean | undefined;
}

const registerStockGradients = async (): Promise<void> => {
  const { STOCK_GRADIENTS } = await import('./stockGradients.js');
  // Gradients that the application has registered are not replaced.
  for (const config of STOCK_GRADIENTS)
    if ((getGradient(config.kernelName) as unknown) === undefined) registerGradient(config);
};

/**
 * Registers the gradients of this library's ops with tfjs, so that models that use them can be trained on any backend.
 *
 * Call it once at the start. Further calls have no effect. `registerBackend` calls it too. Importing registers nothing.
 *
 * `registerOps({ stockGradients: true })` also registers the gradients of tfjs's own ops. They are loaded only in this
 * case, so the function returns a promise. This library's own gradients are already registered when it returns.
 *
 * ```ts
 * import { registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * await registerOps({ stockGradients: true });
 * await tf.setBackend('cpu');
 * console.log(tf.grad((x: tf.Tensor) => tf.mean(tf.relu(x)))(tf.tensor1d([-1, 2])).dataSync()); // 0, 0.5
 * ```
 *
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
export function registerOps(options?: { readonly stockGradients?: false | undefined }): void;
export function registerOps(options: RegisterOpsOptions & { readonly stockGradients: true }): Promise<void>;
export function registerOps(options: RegisterOpsOptions): undefined | Promise<void>;
export function registerOps(options: RegisterOpsOptions = {}): undefined | Promise<void> {
  checkOptions('registerOps', options, '{ stockGradients: true }');
  const { stockGradients = false } = options;
  checkTypes('registerOps', { stockGradients }, { stockGradients: 'boolean' });
  for (const op of OPS) op.register();
  return stockGradients ? registerStockGradients() : undefined;
}
