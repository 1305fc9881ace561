import { add, matMul, sum } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';

/** The gradient of {@link linear}: dx = dy·W, dW = dyᵀ·x, db = Σ dy over the rows. */
export const linearGradOp = defineOp<
  { dOutput: Tensor; x: Tensor; weight: Tensor },
  [Tensor, Tensor, Tensor],
  Record<string, never>
>({
  name: 'HeadwaterLinearGrad',
  compose: ({ dOutput, x, weight }) => [matMul(dOutput, weight), matMul(dOutput, x, true), sum(dOutput, 0)],
  gradient: undefined,
});

/** y = x·Wᵀ + b. */
export const linearOp = defineOp<{ x: Tensor; weight: Tensor; bias: Tensor }, [Tensor], Record<string, never>>({
  name: 'HeadwaterLinear',
  compose: ({ x, weight, bias }) => [add(matMul(x, weight, false, true), bias)],
  gradient: {
    savedInputs: ['x', 'weight'],
    savedOutputs: [],
    backward: ([dOutput], [x, weight]) => {
      const [dx, dWeight, dBias] = linearGradOp.run({ dOutput: dOutput!, x: x!, weight: weight! }, {});
      return { x: dx, weight: dWeight, bias: dBias };
    },
  },
});

/**
 * A fully connected layer, y = x·Wᵀ + b, with weights in the layout of PyTorch's `nn.Linear`.
 *
 * @param x shape [B, I], float32
 * @param weight shape [O, I], float32
 * @param bias shape [O], float32
 * @returns shape [B, O], float32; differentiable in all three
 * @throws HeadwaterError `HW_USAGE` when shapes or dtypes do not fit
 *
 * @example
 * ```ts
 * import { linear } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4]]), tf.tensor1d([5])).dataSync(); // 16
 * ```
 */
export const linear = (x: Tensor, weight: Tensor, bias: Tensor): Tensor2D => {
  checkShape('linear', 'x', x, ['B', 'I']);
  checkShape('linear', 'weight', weight, ['O', x.shape[1]!]);
  checkShape('linear', 'bias', bias, [weight.shape[0]]);
  return linearOp.run({ x, weight, bias }, {})[0] as Tensor2D;
};
