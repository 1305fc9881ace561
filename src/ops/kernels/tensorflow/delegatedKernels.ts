import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OpKernel } from '../../definition/defineOp.js';
import { RECURRENT_OPS } from '../../recurrent/internal/recurrentOps.js';
import { delegatedKernel } from './delegatedKernel.js';

/**
 * The largest hidden size for which the embedded backend's kernels are faster, copies included. At 256 all cells train
 * and predict faster with them; at 384 some do not (docs/tensorflow.md). TensorFlow's matrix products use wider vectors
 * than WebAssembly. With small products, the overhead of its many small ops costs more.
 */
export const LARGEST_DELEGATED = 256;

type Given = Readonly<Record<string, TensorInfo | undefined>>;

const pays = ({ weight_hh_l0 }: Given): boolean =>
  weight_hh_l0 !== undefined && weight_hh_l0.shape[1]! <= LARGEST_DELEGATED;

/** The kernels of recurrent layers on libtensorflow for processors. They replace compositions of its ops. */
export const DELEGATED_KERNELS: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { layer, bidirectional, layerGrad, last, lastBidirectional, lastGrad } = RECURRENT_OPS[cell];
  return [
    ...[layer, bidirectional, last, lastBidirectional].map((op) => delegatedKernel(op, pays)),
    delegatedKernel(layerGrad, pays),
    delegatedKernel(lastGrad, pays),
  ];
});
