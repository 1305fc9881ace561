import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../definition/defineOp.js';

/** The constants of one step. `step` counts from 1. */
export type AdamAttributes = Readonly<{
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** λ, the weight decay: each step subtracts this share of a weight, times the learning rate. */
  weightDecay: number;
  step: number;
}>;

/** The tensors of one weight. */
export interface AdamTensors<T> {
  readonly weight: T;
  readonly gradient: T;
  readonly m: T;
  readonly v: T;
}

type AdamNames = Readonly<Record<keyof AdamTensors<unknown>, string>>;

const known: AdamNames[] = [];

/** The input names of the tensors of weight i. They are cached, since every step needs all of them. */
const namesOf = (i: number): AdamNames =>
  (known[i] ??= { weight: `weight${i}`, gradient: `gradient${i}`, m: `m${i}`, v: `v${i}` });

/** The inputs of {@link adamUpdateOp}: a kernel gets tensors by name. */
export const adamInputs = <T>(weights: readonly AdamTensors<T>[]): Record<string, T> => {
  const inputs: Record<string, T> = {};
  weights.forEach(({ weight, gradient, m, v }, i) => {
    const names = namesOf(i);
    inputs[names.weight] = weight;
    inputs[names.gradient] = gradient;
    inputs[names.m] = m;
    inputs[names.v] = v;
  });
  return inputs;
};

/** The weights in the inputs of {@link adamUpdateOp}. */
export const adamWeights = <T>(inputs: Readonly<Record<string, T | undefined>>): readonly AdamTensors<T>[] => {
  const weights: AdamTensors<T>[] = [];
  for (let i = 0; ; i++) {
    const names = namesOf(i);
    const { [names.weight]: weight, [names.gradient]: gradient, [names.m]: m, [names.v]: v } = inputs;
    if (weight === undefined || gradient === undefined || m === undefined || v === undefined) return weights;
    weights.push({ weight, gradient, m, v });
  }
};

/**
 * One step of Adam for all weights:
 *
 *     m' = β₁·m + (1 − β₁)·g
 *     v' = β₂·v + (1 − β₂)·g²
 *     w' = (1 − η·λ)·w − η / (1 − β₁ᵗ) · m' / (√v' / √(1 − β₂ᵗ) + ε)
 *
 * A kernel may write the step into the buffers of `weight`, `m` and `v`; then it has no outputs. Otherwise its outputs
 * are w', m' and v' of each weight in turn, and the caller replaces the old tensors.
 */
export const adamUpdateOp = defineOp<Record<string, Tensor>, readonly Tensor[], AdamAttributes>({
  name: 'HeadwaterAdamUpdate',
  compose: (inputs, { learningRate, beta1, beta2, epsilon, weightDecay, step }) =>
    adamWeights(inputs).flatMap(({ weight, gradient, m, v }) => {
      const newM = add(mul(m, beta1), mul(gradient, 1 - beta1));
      const newV = add(mul(v, beta2), mul(square(gradient), 1 - beta2));
      const denominator = add(div(sqrt(newV), Math.sqrt(1 - beta2 ** step)), epsilon);
      const kept = weightDecay === 0 ? weight : mul(weight, 1 - learningRate * weightDecay);
      return [sub(kept, mul(div(newM, denominator), learningRate / (1 - beta1 ** step))), newM, newV];
    }),
  gradient: undefined,
});
