import { concat, slice, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { defineOp } from '../definition/defineOp.js';
import { checkShape } from '../internal/checkShape.js';

/** The gradient of {@link concatFeaturesOp}. `width` is the number of features of the left tensor. */
export const concatFeaturesGradOp = defineOp<{ dy: Tensor }, [Tensor, Tensor], { width: number }>({
  name: 'HeadwaterConcatFeaturesGrad',
  compose: ({ dy }, { width }) => {
    const [batch, both] = dy.shape as [number, number];
    return [slice(dy, [0, 0], [batch, width]), slice(dy, [0, width], [batch, both - width])];
  },
  gradient: undefined,
});

/** The op behind {@link concatFeatures}. tfjs's own `concat` has no gradient in Node. */
export const concatFeaturesOp = defineOp<{ left: Tensor; right: Tensor }, [Tensor], { width: number }>({
  name: 'HeadwaterConcatFeatures',
  compose: ({ left, right }) => [concat([left, right], 1)],
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dy], _, attributes) => {
      const [left, right] = concatFeaturesGradOp.run({ dy: dy! }, attributes);
      return { left, right };
    },
  },
});

/**
 * Puts the features of two tensors side by side, such as two kinds of pooling.
 *
 * @param left shape [B, D], float32
 * @param right shape [B, E], float32
 * @returns shape [B, D + E], float32; differentiable in both
 * @throws HeadwaterError `HW_USAGE` when shapes or dtypes do not fit
 *
 * @example
 * ```ts
 * import { concatFeatures } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * concatFeatures(tf.tensor2d([[1], [2]]), tf.tensor2d([[3], [4]])).dataSync(); // 1, 3, 2, 4
 * ```
 */
export const concatFeatures = (left: Tensor, right: Tensor): Tensor2D => {
  checkShape('concatFeatures', 'left', left, ['B', 'D']);
  checkShape('concatFeatures', 'right', right, ['B', 'E']);
  if (left.shape[0] !== right.shape[0])
    throw new HeadwaterError(
      'HW_USAGE',
      `concatFeatures was given ${left.shape[0]} rows on the left and ${right.shape[0]} on the right. ` +
        'Give tensors of one batch.',
    );
  return concatFeaturesOp.run({ left, right }, { width: left.shape[1]! })[0] as Tensor2D;
};
