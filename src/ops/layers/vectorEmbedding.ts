import { checkArgument } from '../../contracts/checkArgument.js';
import { add, concat, gather, reshape, scatterND, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { defineOp } from '../definition/defineOp.js';
import { checkShape } from '../internal/checkShape.js';

/** A table of vectors that are not trained, such as pretrained word vectors. */
export interface VectorRows {
  /** The number of values of each vector, E. */
  readonly dims: number;
  /** The vectors, row-major, shape [P + 1, E]; row 0 is zeros. */
  readonly rows: Int8Array | Float32Array;
  /** The factor of each row, shape [P + 1]; undefined if the rows are not scaled. */
  readonly scales?: Float32Array | undefined;
}

/** The input of {@link vectorEmbedding}: two indices for each token of the batch. */
export interface VectorEmbeddingInput {
  /** The number of rows of the batch, B. */
  readonly size: number;
  /**
   * The length of the longest row, T. Leave it out if the input is a list of words without rows: then the shapes are
   * [B] instead of [B, T].
   */
  readonly time?: number | undefined;
  /** The row in the table of vectors, shape [B, T], from 0. */
  readonly vectorIds: Int32Array;
  /** The row in the trained part, shape [B, T]; −1 for a token without a row, such as padding. */
  readonly places: Int32Array;
}

/** The attributes of {@link vectorEmbeddingOp}. */
export type VectorEmbeddingAttributes = Readonly<{
  /** The shape of the indices: [B, T] or [B]. */
  shape: number[];
  vectorIds: Int32Array;
  places: Int32Array;
  rows: Int8Array | Float32Array;
  /** Empty if the rows are not scaled. */
  scales: Float32Array;
  /** The number of rows of the trained part, U. */
  count: number;
}>;

/** Writes the vector of each token into `to`, [N, E], and adds its row of `delta`, [U, E], if `delta` is given. */
export const writeVectors = (
  to: Float32Array,
  { vectorIds, places, rows, scales }: Pick<VectorEmbeddingAttributes, 'vectorIds' | 'places' | 'rows' | 'scales'>,
  delta?: Float32Array,
): void => {
  const dims = to.length / vectorIds.length;
  for (let i = 0, at = 0; i < vectorIds.length; i++, at += dims) {
    const id = vectorIds[i]!;
    const scale = scales.length === 0 ? 1 : scales[id]!;
    const from = id * dims;
    const place = delta === undefined ? -1 : places[i]!;
    // Row 0 is zeros.
    if (id === 0 && place < 0) to.fill(0, at, at + dims);
    else if (place < 0) for (let j = 0; j < dims; j++) to[at + j] = rows[from + j]! * scale;
    else {
      const plus = place * dims;
      for (let j = 0; j < dims; j++) to[at + j] = Math.fround(rows[from + j]! * scale) + delta![plus + j]!;
    }
  }
};

/** The gradient of {@link vectorEmbedding}: the sum of the gradients of each row, in the order of the tokens. */
export const vectorEmbeddingGradOp = defineOp<
  { dOutput: Tensor },
  [Tensor],
  Pick<VectorEmbeddingAttributes, 'places' | 'count'>
>({
  name: 'HeadwaterVectorEmbeddingGrad',
  compose: ({ dOutput }, { places, count }) => {
    const width = dOutput.shape[dOutput.rank - 1]!;
    // The gradients of tokens without a row are summed in one extra row, which is then dropped.
    const to = places.map((place) => (place < 0 ? count : place));
    const sums = scatterND(tensor2d(to, [to.length, 1], 'int32'), reshape(dOutput, [to.length, width]), [
      count + 1,
      width,
    ]);
    return [
      gather(
        sums,
        tensor1d(
          Int32Array.from({ length: count }, (_, i) => i),
          'int32',
        ),
      ),
    ];
  },
  gradient: undefined,
});

/** e[i, t] = scale · rows[vectorIds[i, t]] + delta[places[i, t]]. */
export const vectorEmbeddingOp = defineOp<{ delta: Tensor }, [Tensor], VectorEmbeddingAttributes>({
  name: 'HeadwaterVectorEmbedding',
  compose: ({ delta }, attributes) => {
    const { shape, places, count } = attributes;
    const width = delta.shape[1]!;
    const vectors = new Float32Array(places.length * width);
    writeVectors(vectors, attributes);
    const from = places.map((place) => (place < 0 ? count : place));
    const trained = gather(concat([delta, zeros([1, width])]), tensor1d(from, 'int32'));
    return [reshape(add(tensor2d(vectors, [places.length, width]), trained), [...shape, width])];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward: ([dOutput], _saved, { places, count }) => ({
      delta: vectorEmbeddingGradOp.run({ dOutput: dOutput! }, { places, count })[0],
    }),
  },
});

/** Checks that there is one id per token, between `least` and `most`. */
const checkIds = (name: string, ids: Int32Array, tokens: number, least: number, most: number): void => {
  if (ids.length !== tokens)
    throw new HeadwaterError(
      'HW_USAGE',
      `vectorEmbedding was given ${ids.length} ${name} for ${tokens} tokens. There must be one a token.`,
    );
  for (let i = 0; i < ids.length; i++)
    if (!(ids[i]! >= least && ids[i]! <= most))
      throw new HeadwaterError(
        'HW_USAGE',
        `vectorEmbedding was given ${ids[i]!} as entry ${i} of ${name}. It must be between ${least} and ${most}.`,
      );
};

/**
 * Looks up the vector of each token in a fixed table, and adds the trained part: e = P[w] + D[d].
 *
 * `delta` holds only the rows of D that the batch touches, so the gradient has only these rows. `RowTable.lookUp` gives
 * the rows and the place of each token among them. The gradients of tokens with the same row are summed. The table has
 * no gradient and is never copied.
 *
 * @param delta the trained part, shape [U, E], float32
 * @param vectors the table; its row 0 is zeros
 * @param input the vector and the row of `delta` of each token
 * @returns shape [B, T, E], or [B, E] for a list of words without rows; float32; differentiable in `delta`
 * @throws HeadwaterError `HW_USAGE` when the shapes, the dtype or the ids do not fit
 *
 * @example
 * ```ts
 * import { vectorEmbedding } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const vectors = { dims: 2, rows: Int8Array.of(0, 0, 100, -50), scales: Float32Array.of(0, 0.01) };
 * const input = { size: 1, time: 3, vectorIds: Int32Array.of(1, 0, 0), places: Int32Array.of(0, 0, -1) };
 * vectorEmbedding(tf.tensor2d([[0.5, 0.5]]), vectors, input).dataSync(); // 1.5, 0, 0.5, 0.5, 0, 0
 * ```
 */
export const vectorEmbedding = <Input extends VectorEmbeddingInput>(
  delta: Tensor,
  vectors: VectorRows,
  input: Input,
): Input extends { readonly time: number } ? Tensor3D : Tensor2D => {
  checkArgument('vectorEmbedding', 'vectors', vectors, 'word vectors, such as loadVectors() emits', ['dims']);
  checkArgument('vectorEmbedding', 'input', input, 'a batch of indexed rows', ['vectorIds']);

  const { dims, rows, scales = new Float32Array(0) } = vectors;
  const { size, time, vectorIds, places } = input;
  checkShape('vectorEmbedding', 'delta', delta, ['U', dims]);
  const count = delta.shape[0];
  const shape = time === undefined ? [size] : [size, time];
  const tokens = size * (time ?? 1);
  checkIds('vectorIds', vectorIds, tokens, 0, rows.length / dims - 1);
  checkIds('places', places, tokens, -1, count - 1);
  const [embedded] = vectorEmbeddingOp.run({ delta }, { shape, vectorIds, places, rows, scales, count });
  return embedded as Input extends { readonly time: number } ? Tensor3D : Tensor2D;
};
