import { concat, gather, reshape, tensor1d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkLengths } from '../internal/checkLengths.js';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';

/** The gradient of {@link gatherLast}: the gradient of each row at its last token, zero elsewhere. */
export const gatherLastGradOp = defineOp<{ dLast: Tensor }, [Tensor], { lengths: Int32Array; time: number }>({
  name: 'HeadwaterGatherLastGrad',
  compose: ({ dLast }, { lengths, time }) => {
    const [batch, width] = dLast.shape as [number, number];
    // Every other position reads the row of zeros that is appended.
    const from = new Int32Array(batch * time).fill(batch);
    lengths.forEach((length, row) => (from[row * time + length - 1] = row));
    return [reshape(gather(concat([dLast, zeros([1, width])]), tensor1d(from, 'int32')), [batch, time, width])];
  },
  gradient: undefined,
});

/** last[i] = output[i, lengths[i] - 1]. */
export const gatherLastOp = defineOp<{ output: Tensor }, [Tensor], { lengths: Int32Array; time: number }>({
  name: 'HeadwaterGatherLast',
  compose: ({ output }, { lengths }) => {
    const [batch, time, width] = output.shape as [number, number, number];
    return [
      gather(
        reshape(output, [batch * time, width]),
        tensor1d(
          lengths.map((length, row) => row * time + length - 1),
          'int32',
        ),
      ),
    ];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dLast], _saved, attributes) => ({ output: gatherLastGradOp.run({ dLast: dLast! }, attributes)[0] }),
  },
});

/**
 * Selects the output of each row at its last token.
 *
 * @param output the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @returns shape [B, D], float32; differentiable in `output`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 *
 * @example
 * ```ts
 * import { gatherLast } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [2], [0]], [[3], [4], [5]]]);
 * gatherLast(output, Int32Array.of(2, 3)).dataSync(); // 2, 5
 * ```
 */
export const gatherLast = (output: Tensor, lengths: Int32Array): Tensor2D => {
  checkShape('gatherLast', 'output', output, ['B', 'T', 'D']);
  const [batch, time] = output.shape as [number, number, number];
  checkLengths('gatherLast', lengths, batch, time);
  return gatherLastOp.run({ output }, { lengths, time })[0] as Tensor2D;
};
