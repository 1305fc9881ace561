import * as tf from '@tensorflow/tfjs-core';
import { expectClose } from '../expectClose.js';

/**
 * Holds the gradient of a function of one tensor to the differences of its values: of the sum of what it puts out,
 * weighted by `weights`.
 *
 * @param step how far apart the two values are that a difference is taken of
 */
export const expectGradientOfDifferences = (
  run: (x: tf.Tensor) => tf.Tensor,
  shape: number[],
  values: Float32Array,
  weights: Float32Array,
  { step = 1e-2, tolerance = 2e-3 } = {},
): void => {
  const outcome = (x: Float32Array): number =>
    tf.tidy(() =>
      run(tf.tensor(x, shape))
        .dataSync<'float32'>()
        .reduce((sum, y, i) => sum + y * weights[i]!, 0),
    );
  const differences = values.map((value, i) => {
    const moved = (by: number): Float32Array => values.map((x, j) => (i === j ? value + by : x));
    return (outcome(moved(step)) - outcome(moved(-step))) / (2 * step);
  });
  tf.tidy(() => {
    const x = tf.tensor(values.slice(), shape);
    const gradient = tf.grad(run)(x, tf.tensor(weights.slice(), run(x).shape));
    expectClose(gradient.dataSync(), differences, tolerance);
  });
};
