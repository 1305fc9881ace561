import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from './defineOp.js';

/** The numbers of one step. `step` counts from 1. */
export type AdamAttributes = Readonly<{ learningRate: number; beta1: number; beta2: number; epsilon: number; step: number }>;

/**
 * One step of Adam for one weight: the weight and both moments afterwards.
 *
 *     m' = β₁·m + (1 − β₁)·g
 *     v' = β₂·v + (1 − β₂)·g²
 *     w' = w − η / (1 − β₁ᵗ) · m' / (√v' / √(1 − β₂ᵗ) + ε)
 *
 * A kernel may write into the buffers of `weight`, `m` and `v` and hand these back: their owner replaces them by the outputs at once.
 */
export const adamUpdateOp = defineOp<{ weight: Tensor; gradient: Tensor; m: Tensor; v: Tensor }, [Tensor, Tensor, Tensor], AdamAttributes>({
  name: 'HeadwaterAdamUpdate',
  compose: ({ weight, gradient, m, v }, { learningRate, beta1, beta2, epsilon, step }) => {
    const newM = add(mul(m, beta1), mul(gradient, 1 - beta1));
    const newV = add(mul(v, beta2), mul(square(gradient), 1 - beta2));
    const denominator = add(div(sqrt(newV), Math.sqrt(1 - beta2 ** step)), epsilon);
    return [sub(weight, mul(div(newM, denominator), learningRate / (1 - beta1 ** step))), newM, newV];
  },
  gradient: undefined,
});
