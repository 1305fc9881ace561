import { copyRegisteredKernels, engine, registerBackend as registerTfjsBackend } from '@tensorflow/tfjs-core';
import type { DataType, backend_util } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { registerKernels } from './defineOp.js';
import { REFERENCE_KERNELS } from './kernels/headwater/referenceKernels.js';
import { registerOps } from './registerOps.js';

/** The name under which tfjs knows the embedded backend. */
export const BACKEND_NAME = 'headwater';

/** tfjs's backend in plain JavaScript, without the advertisement for another backend that it prints at its first write in Node. */
class EmbeddedBackend extends MathBackendCPU {
  override write(values: backend_util.BackendValues, _shape: number[], dtype: DataType): object {
    const dataId = {};
    this.data.set(dataId, { values, dtype, refCount: 1 });
    return dataId;
  }
}

/**
 * Registers the embedded backend with tfjs, under the name `headwater`: tfjs's own kernels in plain JavaScript, and this library's for its ops.
 *
 * It does not become the current backend by that, nor ever by itself: call `tf.setBackend('headwater')`. tfjs's backend `cpu` stays as it
 * is. More calls change nothing. Registers the ops' gradients too (`registerOps`).
 *
 * @example
 * ```ts
 * import { registerBackend } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerBackend();
 * await tf.setBackend('headwater');
 * ```
 */
export const registerBackend = (): void => {
  registerOps();
  if (engine().backendNames().includes(BACKEND_NAME)) return;
  copyRegisteredKernels('cpu', BACKEND_NAME);
  registerKernels(BACKEND_NAME, REFERENCE_KERNELS);
  // Below the priority of every other backend: whoever has not chosen one keeps what tfjs would have chosen.
  registerTfjsBackend(BACKEND_NAME, () => new EmbeddedBackend(), 0);
};
