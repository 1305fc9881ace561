import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS } from '../../recurrent/internal/recurrentOps.js';
import { lentKernel } from './lentKernel.js';

/**
 * The largest hidden state for which the embedded backend's kernels are the faster ones, copies included: measured at
 * 256, where all cells train and predict faster with them, and at 384, where some no longer do (docs/tensorflow.md).
 * TensorFlow's products use wider vectors than WebAssembly has; its many small steps cost more than the products, until
 * these are large.
 */
export const LARGEST_LENT = 256;

type Given = Readonly<Record<string, TensorInfo | undefined>>;

const pays = ({ weight_hh_l0 }: Given): boolean => weight_hh_l0 !== undefined && weight_hh_l0.shape[1]! <= LARGEST_LENT;

/** The kernels of recurrent layers on libtensorflow for processors, in place of compositions of its ops. */
export const LENT_KERNELS: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { layer, bidirectional, layerGrad, last, lastBidirectional, lastGrad } = RECURRENT_OPS[cell];
  return [
    ...[layer, bidirectional, last, lastBidirectional].map((op) => lentKernel(op, pays)),
    lentKernel(layerGrad, pays),
    lentKernel(lastGrad, pays),
  ];
});
