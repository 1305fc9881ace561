import { checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { gather, mul, reshape, scatterND, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';

/** The gradient of {@link embedding}: the sum of the gradients of each token; zero for the padding token. */
export const embeddingGradOp = defineOp<
  { dOutput: Tensor },
  [Tensor],
  { tokens: Int32Array; padIndex: number; vocabularySize: number }
>({
  name: 'HeadwaterEmbeddingGrad',
  compose: ({ dOutput }, { tokens, padIndex, vocabularySize }) => {
    const width = dOutput.shape[2]!;
    // scatterND sums the values of equal indices. The stock gradient of gather is a segment sum, which reads all of
    // dOutput once for each token of the vocabulary.
    const isToken = tensor2d(
      Float32Array.from(tokens, (token) => (token === padIndex ? 0 : 1)),
      [tokens.length, 1],
    );
    return [
      scatterND(tensor2d(tokens, [tokens.length, 1], 'int32'), mul(reshape(dOutput, [tokens.length, width]), isToken), [
        vocabularySize,
        width,
      ]),
    ];
  },
  gradient: undefined,
});

/** output[i, t] = weight[tokens[i, t]]. */
export const embeddingOp = defineOp<
  { weight: Tensor },
  [Tensor],
  { tokens: Int32Array; size: number; time: number; padIndex: number; vocabularySize: number }
>({
  name: 'HeadwaterEmbedding',
  compose: ({ weight }, { tokens, size, time }) => [
    reshape(gather(weight, tensor1d(tokens, 'int32')), [size, time, weight.shape[1]!]),
  ],
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dOutput], _saved, { tokens, padIndex, vocabularySize }) => ({
      weight: embeddingGradOp.run({ dOutput: dOutput! }, { tokens, padIndex, vocabularySize })[0],
    }),
  },
});

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** The padding token. Its row of the weights gets no gradient. Default 0, as in a `PaddedBatch`. */
  readonly padIndex?: number | undefined;
}

/**
 * Looks up each token's embedding.
 *
 * As with PyTorch's `padding_idx`, the row of the padding token is read like any other row but gets no gradient. If it
 * is initialised to zero, it stays zero.
 *
 * @param weight the embeddings by token, shape [V, E], float32
 * @param batch the tokens, shape [B, T], int32, between 0 and V − 1
 * @returns shape [B, T, E], float32; differentiable in `weight`
 * @throws HeadwaterError `HW_USAGE` when the shapes or the dtype do not fit, or a token is not in the vocabulary
 *
 * @example
 * ```ts
 * import { embedding } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const weight = tf.tensor2d([[0, 0], [1, 2], [3, 4]]);
 * embedding(weight, { tokens: Int32Array.of(2, 1, 2, 0), size: 2, time: 2 }).dataSync(); // 3, 4, 1, 2, 3, 4, 0, 0
 * ```
 */
export const embedding = (
  weight: Tensor,
  batch: Pick<PaddedBatch, 'tokens' | 'size' | 'time'>,
  options: EmbeddingOptions = {},
): Tensor3D => {
  checkArgument('embedding', 'batch', batch, 'a batch, such as padRows() makes', ['tokens']);
  checkTypes('embedding', options, { padIndex: 'number' });

  const { tokens, size, time } = batch;
  const { padIndex = 0 } = options;
  const vocabularySize = checkTokens('embedding', weight, batch);
  return embeddingOp.run({ weight }, { tokens, size, time, padIndex, vocabularySize })[0] as Tensor3D;
};

/**
 * Checks that the embeddings and tokens fit, and returns V. `op` is the name of the calling op, for the error message.
 */
export const checkTokens = (
  op: string,
  weight: Tensor,
  { tokens, size, time }: Pick<PaddedBatch, 'tokens' | 'size' | 'time'>,
): number => {
  checkShape(op, 'embeddings', weight, ['V', 'E']);
  if (tokens.length !== size * time)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${tokens.length} tokens for ${size} rows of ${time}. There must be ${size * time}.`,
    );
  const vocabularySize = weight.shape[0];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token >= 0 && token < vocabularySize) continue;
    const at = `row ${Math.floor(i / time)}, position ${i % time}`;
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given the token ${token} at ${at}. Tokens must be between 0 ` +
        `and ${vocabularySize - 1}: is this tokenizer the model's?`,
    );
  }
  return vocabularySize;
};
