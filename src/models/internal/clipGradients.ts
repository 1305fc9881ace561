import type { Tensor } from '@tensorflow/tfjs-core';
import { clipByGlobalNorm } from '../../ops/optimizers/clipByGlobalNorm.js';

/** The gradients after clipping, and their norm before it. Without a limit the norm is not measured. */
export const clipGradients = (
  gradients: readonly Tensor[],
  maxNorm: number | undefined,
): { readonly gradients: readonly Tensor[]; readonly norm: Tensor | undefined } => {
  if (maxNorm === undefined) return { gradients, norm: undefined };
  const clipped = clipByGlobalNorm(new Map(gradients.map((gradient, i) => [`${i}`, gradient])), maxNorm);
  return { gradients: [...clipped.gradients.values()], norm: clipped.norm };
};
