import { gather, reshape, scatterND, slice, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import type { RunnableOp } from '../../definition/defineOp.js';
import { isBidirectional } from './RecurrentPass.js';
import type { CellName, LayerAttributes, LayerWeights } from './RecurrentPass.js';
import { FORWARD_WEIGHTS, RECURRENT_OPS, REVERSE_WEIGHTS, namedWeights } from './recurrentOps.js';

/** The inputs: rows of values, shape [U, I], and the weights of the layer. */
export type IndexedInputs<T> = LayerWeights<T> & { readonly rows: T };
/** The inputs of the gradient. */
export type IndexedGradInputs<T> = IndexedInputs<T> & { readonly reserve: T; readonly dOutput: T };

/** The attributes of the kernels: the row of values of each token of the batch, and the lengths of the batch's rows. */
export type IndexedAttributes = Pick<LayerAttributes, 'lengths' | 'reserve'> & {
  /** Shape [B, T]. Values past the length of a row are not read. */
  readonly places: Int32Array;
  readonly size: number;
  readonly time: number;
  /** The number of rows of values, U. */
  readonly count: number;
};

/** The ops of one kind of cell. */
export interface IndexedOps {
  /** output [B, T, D·H], and the reserve. */
  readonly layer: RunnableOp<IndexedInputs<Tensor>, readonly Tensor[], IndexedAttributes>;
  readonly bidirectional: RunnableOp<IndexedInputs<Tensor>, readonly Tensor[], IndexedAttributes>;
  /** The gradients of the rows and of the weights, in this order. */
  readonly grad: RunnableOp<IndexedGradInputs<Tensor>, readonly Tensor[], IndexedAttributes>;
}

/** The places of the tokens, with `past` at the positions past the length of a row. */
const realPlaces = ({ places, lengths, time }: IndexedAttributes, past: number): Int32Array =>
  places.map((place, i) => (i % time < lengths[Math.floor(i / time)]! ? place : past));

/** The input of each token of the batch, shape [B, T, I]. */
const inputsOf = (rows: Tensor, attributes: IndexedAttributes): Tensor =>
  reshape(gather(rows, tensor1d(realPlaces(attributes, 0), 'int32')), [
    attributes.size,
    attributes.time,
    rows.shape[1]!,
  ]);

/**
 * A recurrent layer over inputs of which many are equal, with every output.
 *
 * The composition looks the inputs up and runs the layer. A fused kernel multiplies each distinct input by the input
 * weights once, and sums gradients before it multiplies them.
 */
const indexedOps = (
  cell: CellName,
  prefix: 'HeadwaterIndexedRnn' | 'HeadwaterIndexedGru' | 'HeadwaterIndexedLstm',
): IndexedOps => {
  const ops = RECURRENT_OPS[cell];
  const ofLayer = ({ lengths, reserve }: IndexedAttributes): LayerAttributes => ({
    lengths,
    reserve,
    overPadding: false,
    fromState: false,
  });

  const grad = defineOp<IndexedGradInputs<Tensor>, readonly Tensor[], IndexedAttributes>({
    name: `${prefix}Grad`,
    compose: ({ rows, reserve, dOutput, ...weights }, attributes) => {
      const { size, count } = attributes;
      const width = rows.shape[1]!;
      const directions = isBidirectional(weights) ? 2 : 1;
      const states = zeros([directions, size, weights.weight_hh_l0.shape[1]!]);
      const given = { x: inputsOf(rows, attributes), reserve, dOutput, dHidden: states, ...weights };
      const [dx, ...dWeights] = ops.layerGrad.run(
        cell === 'lstm' ? { ...given, dCell: states } : given,
        ofLayer(attributes),
      );
      // The gradients past the length of a row are summed in one extra row, which is then dropped.
      const to = realPlaces(attributes, count);
      const sums = scatterND(tensor2d(to, [to.length, 1], 'int32'), reshape(dx!, [to.length, width]), [
        count + 1,
        width,
      ]);
      return [slice(sums, [0, 0], [count, width]), ...dWeights];
    },
    gradient: undefined,
  });

  const layer = (directions: 1 | 2): IndexedOps['layer'] => {
    const weightNames = directions === 1 ? FORWARD_WEIGHTS : [...FORWARD_WEIGHTS, ...REVERSE_WEIGHTS];
    return defineOp<IndexedInputs<Tensor>, readonly Tensor[], IndexedAttributes>({
      name: `${prefix}${directions === 1 ? '' : 'Bidirectional'}`,
      compose: ({ rows, ...weights }, attributes) => {
        const results = (directions === 1 ? ops.layer : ops.bidirectional).run(
          { x: inputsOf(rows, attributes), ...weights },
          ofLayer(attributes),
        );
        return [results[0]!, results.at(-1)!];
      },
      gradient: {
        savedInputs: ['rows', ...weightNames],
        savedOutputs: [1],
        backward: ([dOutput], saved, attributes) => {
          const [rows, ...rest] = saved as [Tensor, ...Tensor[]];
          const weights = namedWeights(weightNames, rest) as LayerWeights<Tensor>;
          return namedWeights(
            ['rows', ...weightNames],
            grad.run({ rows, ...weights, reserve: saved[saved.length - 1]!, dOutput: dOutput! }, attributes),
          );
        },
      },
    });
  };

  return { layer: layer(1), bidirectional: layer(2), grad };
};

/** The ops of each kind of cell. */
export const INDEXED_OPS: Readonly<Record<CellName, IndexedOps>> = {
  rnn: indexedOps('rnn', 'HeadwaterIndexedRnn'),
  gru: indexedOps('gru', 'HeadwaterIndexedGru'),
  lstm: indexedOps('lstm', 'HeadwaterIndexedLstm'),
};
