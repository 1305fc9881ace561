import { isNumber, optionText } from '../../contracts/checkOption.js';
import { add, addN, div, maximum, mul, scalar, sqrt, square, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { defineOp } from '../definition/defineOp.js';

/** Added to the norm, as in PyTorch, to avoid division by zero when all gradients are zero. */
const LEAST = 1e-6;

/** The factor for gradients of this norm, at most 1. */
export const clippingScale = (norm: number, maxNorm: number): number => {
  const scale = maxNorm / (norm + LEAST);
  // If the norm is NaN, the factor is NaN too, and so are the scaled gradients.
  return scale > 1 ? 1 : scale;
};

/** The outputs are the gradients, all multiplied by the same factor, and then their norm before the multiplication. */
export const clipByGlobalNormOp = defineOp<Record<string, Tensor>, readonly Tensor[], Readonly<{ maxNorm: number }>>({
  name: 'HeadwaterClipByGlobalNorm',
  compose: (inputs, { maxNorm }) => {
    const gradients = Object.values(inputs);
    const norm = sqrt(addN(gradients.map((gradient) => sum(square(gradient)))));
    if (maxNorm === Infinity) return [...gradients.map((gradient) => gradient.clone()), norm];
    // min(1, maxNorm / n) without a comparison: maxNorm / max(maxNorm, n).
    const scale = div(scalar(maxNorm), maximum(scalar(maxNorm), add(norm, scalar(LEAST))));
    return [...gradients.map((gradient) => mul(gradient, scale)), norm];
  },
  gradient: undefined,
});

/**
 * Scales all gradients down by one factor if the norm of all their values exceeds a limit, as
 * `torch.nn.utils.clip_grad_norm_`: g' = g · min(1, maxNorm / (√(Σ g²) + 1e-6)).
 *
 * @param gradients by name; they are not changed
 * @param maxNorm the largest norm that is not scaled down; positive. With `Infinity` no gradient is scaled
 * @returns the scaled gradients under the same names, and the norm before scaling, a scalar, float32
 * @throws HeadwaterError `HW_USAGE` when `maxNorm` is not positive, or there are no gradients
 * @see R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training recurrent neural networks. ICML 2013.
 *
 * @example
 * ```ts
 * import { clipByGlobalNorm } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const { gradients, norm } = clipByGlobalNorm(new Map([['a', tf.tensor1d([3])], ['b', tf.tensor1d([4])]]), 1);
 * norm.dataSync(); // 5
 * gradients.get('a')?.dataSync(); // 0.6
 * ```
 */
export const clipByGlobalNorm = (
  gradients: ReadonlyMap<string, Tensor>,
  maxNorm: number,
): { readonly gradients: ReadonlyMap<string, Tensor>; readonly norm: Scalar } => {
  if (!(isNumber(maxNorm) && maxNorm > 0))
    throw new HeadwaterError(
      'HW_USAGE',
      `clipByGlobalNorm was given the limit ${optionText(maxNorm)}. It must be positive.`,
    );
  if (gradients.size === 0)
    throw new HeadwaterError('HW_USAGE', 'clipByGlobalNorm was given no gradients. Give at least one.');
  const names = [...gradients.keys()];
  const clipped = clipByGlobalNormOp.run(
    Object.fromEntries(Array.from(gradients.values(), (gradient, i) => [`gradient${i}`, gradient])),
    { maxNorm },
  );
  return { gradients: new Map(names.map((name, i) => [name, clipped[i]!])), norm: clipped[names.length] as Scalar };
};
