import type { DropoutOptions } from './DropoutOptions.js';
import { checkDropout } from './checkDropout.js';
import { mul, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { deriveSeed } from '../../contracts/random.js';
import { checkFloat32 } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';
import type { RunnableOp } from '../definition/defineOp.js';
import type { DropoutAttributes } from '../internal/dropoutMask.js';
import { dropoutMask } from '../internal/dropoutMask.js';

/**
 * y[p] = x[p] · mask[p]. The mask can be computed again at any time, so nothing is saved for the backward pass. The
 * backward pass is the same op.
 */
export const dropoutOp: RunnableOp<{ x: Tensor }, [Tensor], DropoutAttributes> = defineOp<
  { x: Tensor },
  [Tensor],
  DropoutAttributes
>({
  name: 'HeadwaterDropout',
  compose: ({ x }, attributes) => [mul(x, tensor(dropoutMask(x.size, attributes), x.shape))],
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dOutput], _saved, attributes) => ({ x: dropoutOp.run({ x: dOutput! }, attributes)[0] }),
  },
});

/**
 * Drops a random share of the values, and scales the others up so that the mean stays (as PyTorch's `nn.Dropout`).
 *
 * The dropped positions depend only on (seed, epoch, step, site, position). No generator has a state that a checkpoint
 * must store. The random words come from Philox-4×32-10. Its key comes from the seed, and its counter from the other
 * values.
 *
 * @param x any shape, float32
 * @returns the shape of `x`, float32; `x` itself if the rate is 0 or `training` is false; differentiable in `x`
 * @throws HeadwaterError `HW_USAGE` when the rate is not in [0, 1), or `x` not float32
 * @see J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3. SC 2011.
 *
 * @example
 * ```ts
 * import { dropout } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const x = tf.ones([1, 8]);
 * dropout(x, { rate: 0.5, seed: 1234, epoch: 1, step: 0 }).dataSync(); // zeros and twos, the same in every run
 * ```
 */
export const dropout = (x: Tensor, options: DropoutOptions): Tensor => {
  checkFloat32('dropout', 'x', x);
  checkDropout('dropout', 'x', options);

  const { rate, seed, epoch, step, site = 0, training = true } = options;
  if (rate === 0 || !training) return x;
  return dropoutOp.run(
    { x },
    { rate, key0: deriveSeed(seed, 'dropout', 0), key1: deriveSeed(seed, 'dropout', 1), epoch, step, site },
  )[0];
};
