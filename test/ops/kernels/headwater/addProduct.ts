import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../../../../src/ops/definition/defineOp.js';

interface Terms {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  readonly c: tf.Tensor;
  readonly wa: tf.Tensor;
  readonly wb: tf.Tensor;
  readonly wc: tf.Tensor;
}

/** Σ a·wa + Σ b·wb + Σ c·wc with a gradient of its own: tfjs registers none for its stock ops in Node. */
const addProductOp = defineOp<Terms, [tf.Tensor], object>({
  name: 'HeadwaterTestAddProduct',
  compose: ({ a, b, c, wa, wb, wc }) => [
    tf.addN([tf.sum(tf.mul(a, wa)), tf.sum(tf.mul(b, wb)), tf.sum(tf.mul(c, wc))]),
  ],
  gradient: {
    savedInputs: ['wa', 'wb', 'wc'],
    savedOutputs: [],
    backward: ([d], [wa, wb, wc]) => ({ a: tf.mul(d!, wa!), b: tf.mul(d!, wb!), c: tf.mul(d!, wc!) }),
  },
});

/**
 * A loss: the sum over up to three values, each weighted element by element, so that the weights are the values'
 * gradients.
 */
export const addProduct = (values: readonly tf.Tensor[], weights: readonly tf.Tensor[]): tf.Scalar => {
  addProductOp.register();
  const [a, b, c] = values;
  const [wa, wb, wc] = weights;
  const none = tf.zeros([1]);
  return addProductOp.run(
    { a: a ?? none, b: b ?? none, c: c ?? none, wa: wa ?? none, wb: wb ?? none, wc: wc ?? none },
    {},
  )[0] as tf.Scalar;
};
