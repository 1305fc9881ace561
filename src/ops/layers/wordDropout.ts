import { checkDropout } from './checkDropout.js';
import { mul, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { deriveSeed } from '../../contracts/random.js';
import { defineOp } from '../definition/defineOp.js';
import type { RunnableOp } from '../definition/defineOp.js';
import { checkShape } from '../internal/checkShape.js';
import { dropoutMask } from '../internal/dropoutMask.js';
import type { DropoutAttributes } from '../internal/dropoutMask.js';
import type { DropoutOptions } from './DropoutOptions.js';

/** The number of words in a tensor of embeddings of this shape: the product of all dimensions but the last. */
export const wordsIn = (shape: readonly number[]): number =>
  shape.slice(0, -1).reduce((words, side) => words * side, 1);

/** y[i, t] = x[i, t] · mask[i, t]; the backward pass is the same op. */
export const wordDropoutOp: RunnableOp<{ x: Tensor }, [Tensor], DropoutAttributes> = defineOp<
  { x: Tensor },
  [Tensor],
  DropoutAttributes
>({
  name: 'HeadwaterWordDropout',
  compose: ({ x }, attributes) => {
    const words = x.shape.slice(0, -1);
    return [mul(x, tensor(dropoutMask(wordsIn(x.shape), attributes), [...words, 1]))];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dOutput], _saved, attributes) => ({ x: wordDropoutOp.run({ x: dOutput! }, attributes)[0] }),
  },
});

/**
 * Drops the whole embedding of a random share of the tokens, and scales the others up so that the mean stays the same.
 * If `x` holds distinct words, such as those of {@link distinctWords}, dropping a word drops all its tokens.
 *
 * The dropped tokens depend only on (seed, epoch, step, site, position of the token), as in {@link dropout}. Use
 * another site than for any other dropout of the same model.
 *
 * @param x embeddings, shape [B, T, E], or [U, E] for a list of words without rows; float32
 * @param options the values that determine which tokens are dropped
 * @returns the shape of `x`, float32; `x` itself if the rate is 0 or `training` is false; differentiable in `x`
 * @throws HeadwaterError `HW_USAGE` when the rate is not in [0, 1), or the shape or the dtype does not fit
 * @see A. M. Dai and Q. V. Le, Semi-supervised sequence learning. NIPS 2015.
 *
 * @example
 * ```ts
 * import { wordDropout } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const x = tf.ones([1, 4, 2]);
 * wordDropout(x, { rate: 0.5, seed: 1234, epoch: 1, step: 0, site: 1 }).dataSync(); // pairs of zeros and pairs of twos
 * ```
 */
export const wordDropout = <X extends Tensor>(x: X, options: DropoutOptions): X => {
  checkDropout('wordDropout', 'x', options);

  const { rate, seed, epoch, step, site = 0, training = true } = options;
  checkShape('wordDropout', 'x', x, x.rank === 2 ? ['U', 'E'] : ['B', 'T', 'E']);
  if (rate === 0 || !training) return x;
  return wordDropoutOp.run(
    { x },
    { rate, key0: deriveSeed(seed, 'dropout', 0), key1: deriveSeed(seed, 'dropout', 1), epoch, step, site },
  )[0] as X;
};
