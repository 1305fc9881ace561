import { engine } from '@tensorflow/tfjs-core';
import { registerEmbedded } from './registerEmbedded.js';
import { registerOps } from './registerOps.js';

/** The name under which tfjs knows the embedded backend. */
export const BACKEND_NAME = 'headwater';

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
  if (engine().backendNames().includes(BACKEND_NAME)) registerOps();
  else registerEmbedded(BACKEND_NAME, undefined);
};
