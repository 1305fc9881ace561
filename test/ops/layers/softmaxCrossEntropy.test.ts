import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { softmax } from '../../../src/ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../../../src/ops/layers/softmaxCrossEntropy.js';
import { labelWeight } from '../../../src/ops/internal/lossShares.js';
import { expectClose } from '../../expectClose.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
});

// Loss and gradients are those of torch.nn.CrossEntropyLoss 2.13.
const logits = [-0.25, 1.625, 1.875, -2.25, 3.375, -1.75, -0.75, 2.5, 0.25, -3.375, 0.625, 0.25];
const labels = Int32Array.of(2, 0, 2);
const classWeights = Float32Array.of(0.5, 0.25, 2, 1);
const weightedGradient = [
  0.027727430686354637, 0.18080557882785797, -0.21228548884391785, 0.0037525007501244545, -0.03389548137784004,
  0.000459140952443704, 0.0012480744626373053, 0.03218826279044151, 0.12765373289585114, 0.003401856403797865,
  -0.2587093412876129, 0.12765373289585114,
];
const plainGradient = [
  0.02079557254910469, 0.13560418784618378, -0.15921412408351898, 0.002814375562593341, -0.10168644040822983,
  0.0013774228282272816, 0.0037442236207425594, 0.09656479209661484, 0.09574030339717865, 0.0025513924192637205,
  -0.19403201341629028, 0.09574030339717865,
];

describe.each(['headwater', 'cpu', ...tensorflow])('softmaxCrossEntropy on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    ['class weights', classWeights, 0.7168393731117249, weightedGradient],
    ['no class weights', undefined, 0.6286117434501648, plainGradient],
  ])("equals PyTorch's with %s", (_, weights, loss, gradient) => {
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => softmaxCrossEntropy(z, labels, weights))(
        tf.tensor2d(logits, [3, 4]),
      );
      expect(value.shape).toEqual([]);
      expectClose(value.dataSync(), [loss], 1e-6);
      expectClose(grad.dataSync(), gradient, 1e-6);
    });
  });

  it('takes a logit of minus infinity as a probability of zero', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([0, -Infinity, 0, -Infinity, 5, -Infinity], [2, 3]);
      expectClose(softmaxCrossEntropy(logits, Int32Array.of(0, 1)).dataSync(), [Math.log(2) / 2], 1e-6);
      const gradient = tf.grad((z) => softmaxCrossEntropy(z, Int32Array.of(0, 1)))(logits);
      expectClose(gradient.dataSync(), [-0.25, 0, 0.25, 0, 0, 0], 1e-6);
    });
  });

  it('keeps the logarithm of the classes beside large logits', () => {
    tf.tidy(() => {
      for (const z of [1e16, -1e16, 1e30])
        expectClose(softmaxCrossEntropy(tf.fill([2, 3], z), Int32Array.of(0, 2)).dataSync(), [Math.log(3)], 1e-6);
    });
  });

  it('is zero, with a gradient of zero, for a single class', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([3, -7], [2, 1]);
      expect([...softmaxCrossEntropy(logits, Int32Array.of(0, 0)).dataSync()]).toEqual([0]);
      expect([
        ...tf
          .grad((z) => softmaxCrossEntropy(z, Int32Array.of(0, 0)))(logits)
          .dataSync(),
      ]).toEqual([0, 0]);
    });
  });

  it('passes on what flows into it', () => {
    tf.tidy(() => {
      const gradient = tf.grad((z: tf.Tensor) => softmaxCrossEntropy(z, labels))(
        tf.tensor2d(logits, [3, 4]),
        tf.scalar(-2),
      );
      expectClose(
        gradient.dataSync(),
        plainGradient.map((value) => -2 * value),
        1e-6,
      );
    });
  });

  it('does not overflow', () => {
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((z: tf.Tensor) => softmaxCrossEntropy(z, Int32Array.of(1, 0)))(
        tf.tensor2d([1000, 0, -1000, -1000], [2, 2]),
      );
      expectClose(value.dataSync(), [(1000 + Math.log(2)) / 2], 1e-6);
      expectClose(grad.dataSync(), [0.5, -0.5, -0.25, 0.25], 1e-6);
    });
  });

  it('is not a finite number where a logit is not', () => {
    tf.tidy(() => {
      expect(softmaxCrossEntropy(tf.tensor2d([NaN, 0], [1, 2]), Int32Array.of(1)).dataSync()[0]).toBeNaN();
    });
  });

  it('leaves no tensor behind', () => {
    const z = tf.tensor2d(logits, [3, 4]);
    const step = (): void =>
      tf.tidy(() => void tf.grad((x: tf.Tensor) => softmaxCrossEntropy(x, labels, classWeights))(z));
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    z.dispose();
  });

  it.each([
    ['a label that is no class', [2, 3], Int32Array.of(0, 3), undefined, /label of row 1 is 3.*between 0 and 2/],
    ['a negative label', [2, 3], Int32Array.of(-1, 0), undefined, /label of row 0 is -1/],
    ['too few labels', [2, 3], Int32Array.of(0), undefined, /1 labels for 2 rows/],
    ['no rows', [0, 3], new Int32Array(0), undefined, /no rows/],
    ['logits of another rank', [2], Int32Array.of(0, 1), undefined, /\[B, C\]/],
    ['a class without a weight', [2, 3], Int32Array.of(0, 1), Float32Array.of(1, 1), /2 class weights for 3 classes/],
    [
      'an infinite weight',
      [2, 3],
      Int32Array.of(0, 1),
      Float32Array.of(1, 1, Infinity),
      /weight of class 2 is Infinity/,
    ],
    ['a negative weight', [2, 3], Int32Array.of(0, 1), Float32Array.of(1, -1, 1), /weight of class 1 is -1/],
  ])('refuses %s', (_, shape, given, weights, message) => {
    tf.tidy(() => {
      const misuse = (): unknown => softmaxCrossEntropy(tf.zeros(shape), given, weights);
      expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(misuse).toThrow(message);
    });
  });
});

describe('labelWeight', () => {
  it("is the sum of the rows' class weights, or their number", () => {
    expect(labelWeight(labels, classWeights)).toBe(4.5);
    expect(labelWeight(labels)).toBe(3);
  });
});

describe.each(['headwater', 'cpu', ...tensorflow])('softmax on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('gives probabilities that do not overflow', () => {
    tf.tidy(() => {
      const p = softmax(tf.tensor2d([1000, 1000, -1000, -1000 + Math.log(3)], [2, 2]));
      expect(p.shape).toEqual([2, 2]);
      expectClose(p.dataSync(), [0.5, 0.5, 0.25, 0.75], 1e-4);
    });
  });

  it('has the gradient p ⊙ (dp − Σ dp ⊙ p)', () => {
    tf.tidy(() => {
      // p = ½, ½ and ⅕, ⅘
      const gradient = tf.grad((z: tf.Tensor) => softmax(z))(
        tf.tensor2d([0, 0, 0, Math.log(4)], [2, 2]),
        tf.tensor2d([1, 0, 0, 10], [2, 2]),
      );
      expectClose(gradient.dataSync(), [0.25, -0.25, -1.6, 1.6], 1e-6);
    });
  });

  it('refuses logits of another rank', () => {
    tf.tidy(() => {
      expect(() => softmax(tf.zeros([3]))).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});
