import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import type { RunnableOp } from '../../definition/defineOp.js';
import { embeddingGradOp, embeddingOp } from '../../layers/embedding.js';
import type { CellName, LayerAttributes, LayerWeights } from './RecurrentPass.js';
import { FORWARD_WEIGHTS, RECURRENT_OPS, REVERSE_WEIGHTS, namedWeights } from './recurrentOps.js';

/** The inputs: the embeddings by token, shape [V, E], and the weights of the layer. */
export type EmbeddedInputs<T> = LayerWeights<T> & { readonly embeddings: T };
/** The inputs of the gradient. */
export type EmbeddedGradInputs<T> = EmbeddedInputs<T> & { readonly reserve: T; readonly dLast: T };

/** The attributes of the kernels: the batch, and the options of the layer. */
export type EmbeddedAttributes = Pick<LayerAttributes, 'lengths' | 'overPadding' | 'reserve'> & {
  readonly tokens: Int32Array;
  readonly size: number;
  readonly time: number;
  readonly padIndex: number;
  readonly vocabularySize: number;
};

/** The ops of one kind of cell. */
export interface EmbeddedOps {
  readonly last: RunnableOp<EmbeddedInputs<Tensor>, readonly Tensor[], EmbeddedAttributes>;
  readonly lastBidirectional: RunnableOp<EmbeddedInputs<Tensor>, readonly Tensor[], EmbeddedAttributes>;
  readonly lastGrad: RunnableOp<EmbeddedGradInputs<Tensor>, readonly Tensor[], EmbeddedAttributes>;
}

/**
 * Embedding and recurrent layer in one op. The outputs are last [B, D·H] and the reserve.
 *
 * The composition runs the two ops separately. A fused kernel can multiply the embedding of each distinct token by the
 * input weights only once, and with frozen weights not at all.
 */
const embeddedOps = (
  cell: CellName,
  prefix: 'HeadwaterEmbeddedRnn' | 'HeadwaterEmbeddedGru' | 'HeadwaterEmbeddedLstm',
): EmbeddedOps => {
  const ops = RECURRENT_OPS[cell];
  const embed = (weight: Tensor, { tokens, size, time, padIndex, vocabularySize }: EmbeddedAttributes): Tensor =>
    embeddingOp.run({ weight }, { tokens, size, time, padIndex, vocabularySize })[0];
  const ofLayer = ({ lengths, overPadding, reserve }: EmbeddedAttributes): LayerAttributes => ({
    lengths,
    overPadding,
    reserve,
    fromState: false,
  });

  const lastGrad = defineOp<EmbeddedGradInputs<Tensor>, readonly Tensor[], EmbeddedAttributes>({
    name: `${prefix}LastGrad`,
    compose: ({ embeddings, reserve, dLast, ...weights }, attributes) => {
      const [dx, ...dWeights] = ops.lastGrad.run(
        { x: embed(embeddings, attributes), reserve, dLast, ...weights },
        ofLayer(attributes),
      );
      const { tokens, padIndex, vocabularySize } = attributes;
      return [embeddingGradOp.run({ dOutput: dx! }, { tokens, padIndex, vocabularySize })[0], ...dWeights];
    },
    gradient: undefined,
  });

  const last = (directions: 1 | 2): EmbeddedOps['last'] => {
    const weightNames = directions === 1 ? FORWARD_WEIGHTS : [...FORWARD_WEIGHTS, ...REVERSE_WEIGHTS];
    return defineOp<EmbeddedInputs<Tensor>, readonly Tensor[], EmbeddedAttributes>({
      name: `${prefix}Last${directions === 1 ? '' : 'Bidirectional'}`,
      compose: ({ embeddings, ...weights }, attributes) =>
        (directions === 1 ? ops.last : ops.lastBidirectional).run(
          { x: embed(embeddings, attributes), ...weights },
          ofLayer(attributes),
        ),
      gradient: {
        savedInputs: ['embeddings', ...weightNames],
        savedOutputs: [1],
        backward: ([dLast], saved, attributes) => {
          const [embeddings, ...rest] = saved as [Tensor, ...Tensor[]];
          const weights = namedWeights(weightNames, rest) as LayerWeights<Tensor>;
          return namedWeights(
            ['embeddings', ...weightNames],
            lastGrad.run({ embeddings, ...weights, reserve: saved[saved.length - 1]!, dLast: dLast! }, attributes),
          );
        },
      },
    });
  };

  return { last: last(1), lastBidirectional: last(2), lastGrad };
};

/** The ops of each kind of cell. */
export const EMBEDDED_OPS: Readonly<Record<CellName, EmbeddedOps>> = {
  rnn: embeddedOps('rnn', 'HeadwaterEmbeddedRnn'),
  gru: embeddedOps('gru', 'HeadwaterEmbeddedGru'),
  lstm: embeddedOps('lstm', 'HeadwaterEmbeddedLstm'),
};
