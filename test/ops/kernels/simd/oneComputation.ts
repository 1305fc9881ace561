/** A process of its own: it computes on two threads, says so, and has nothing left to do. */
import * as tf from '@tensorflow/tfjs-core';
import { backendVariant, registerBackend } from '../../../../src/ops/backends/registerBackend.js';
import { linear } from '../../../../src/ops/layers/linear.js';

registerBackend({ threads: 2 });
await tf.setBackend('headwater');
tf.tidy(() => {
  const y = linear(tf.ones([200, 64]), tf.ones([64, 64]), tf.zeros([64]));
  console.log(`${y.dataSync()[0] ?? NaN} on ${backendVariant().threads}`);
});
