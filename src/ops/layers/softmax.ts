import { exp, max, mul, sub, sum, div } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';

/** The gradient of {@link softmax}: dz = p ⊙ (dp − Σ dp ⊙ p over the classes). */
export const softmaxGradOp = defineOp<
  { dProbabilities: Tensor; probabilities: Tensor },
  [Tensor],
  Record<string, never>
>({
  name: 'HeadwaterSoftmaxGrad',
  compose: ({ dProbabilities, probabilities }) => {
    const weighted = mul(dProbabilities, probabilities);
    return [sub(weighted, mul(probabilities, sum(weighted, 1, true)))];
  },
  gradient: undefined,
});

/** p = exp(z − max z) / Σ exp(z − max z). */
export const softmaxOp = defineOp<{ logits: Tensor }, [Tensor], Record<string, never>>({
  name: 'HeadwaterSoftmax',
  compose: ({ logits }) => {
    const exponentials = exp(sub(logits, max(logits, 1, true)));
    return [div(exponentials, sum(exponentials, 1, true))];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [0],
    backward: ([dProbabilities], [probabilities]) => ({
      logits: softmaxGradOp.run({ dProbabilities: dProbabilities!, probabilities: probabilities! }, {})[0],
    }),
  },
});

/**
 * Turns each row of logits into probabilities. Large logits do not overflow.
 *
 * @param logits shape [B, C], float32
 * @returns shape [B, C], float32; each row sums to 1; differentiable in `logits`
 * @throws HeadwaterError `HW_USAGE` when the shape or the dtype does not fit
 *
 * @example
 * ```ts
 * import { softmax } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * softmax(tf.tensor2d([[1000, 1000]])).dataSync(); // 0.5, 0.5
 * ```
 */
export const softmax = (logits: Tensor): Tensor2D => {
  checkShape('softmax', 'logits', logits, ['B', 'C']);
  return softmaxOp.run({ logits }, {})[0] as Tensor2D;
};
