import { scalar } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import type { RunnableOp } from '../../definition/defineOp.js';
import { dropoutOp } from '../../layers/dropout.js';
import type { DropoutAttributes } from '../../internal/dropoutMask.js';
import { linearGradOp, linearOp } from '../../layers/linear.js';
import { softmaxOp } from '../../layers/softmax.js';
import { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from '../../layers/softmaxCrossEntropy.js';
import type { LossAttributes } from '../../layers/softmaxCrossEntropy.js';
import { EMBEDDED_OPS } from './embeddedOps.js';
import type { EmbeddedAttributes, EmbeddedInputs } from './embeddedOps.js';
import type { CellName } from './RecurrentPass.js';
import { isBidirectional } from './RecurrentPass.js';
import { FORWARD_WEIGHTS, REVERSE_WEIGHTS } from './recurrentOps.js';

/**
 * The weights: the embeddings by token, the weights of the recurrent layer, and those of the two linear layers after
 * it.
 */
export type ClassifierInputs<T> = EmbeddedInputs<T> & {
  readonly fc1_weight: T;
  readonly fc1_bias: T;
  readonly fc2_weight: T;
  readonly fc2_bias: T;
};

/** The attributes of the gradient: the batch, its labels, and the dropout. With rate 0 nothing is dropped. */
export type ClassifierGradAttributes = EmbeddedAttributes & LossAttributes & DropoutAttributes;

/** The ops of one kind of cell. */
export interface ClassifierOps {
  /** The probabilities, [B, C], without dropout. */
  readonly probabilities: RunnableOp<ClassifierInputs<Tensor>, readonly [Tensor], EmbeddedAttributes>;
  /** The loss, a scalar, followed by its gradients in the order of {@link gradientNames}. */
  readonly gradients: RunnableOp<ClassifierInputs<Tensor>, readonly Tensor[], ClassifierGradAttributes>;
}

const HEAD = ['fc1_weight', 'fc1_bias', 'fc2_weight', 'fc2_bias'] as const;

/** The names of the inputs, in the order of the output gradients. */
export const gradientNames = (bidirectional: boolean): readonly (keyof ClassifierInputs<Tensor>)[] => [
  'embeddings',
  ...FORWARD_WEIGHTS,
  ...(bidirectional ? REVERSE_WEIGHTS : []),
  ...HEAD,
];

/**
 * The classifier of the lesson in one op: embeddings → recurrent layer → its output at the last token of each row → fc1
 * → dropout → fc2 → softmax, or the loss and all its gradients.
 *
 * The composition runs the separate ops forwards and then backwards. A fused kernel needs one call instead of a dozen
 * calls and a tape. For a single headline, those calls cost more than the whole arithmetic.
 */
const classifierOps = (
  cell: CellName,
  prefix: 'HeadwaterRnnClassifier' | 'HeadwaterGruClassifier' | 'HeadwaterLstmClassifier',
): ClassifierOps => {
  const { last, lastBidirectional, lastGrad } = EMBEDDED_OPS[cell];
  const lastOf = (embedded: EmbeddedInputs<Tensor>, attributes: EmbeddedAttributes): readonly Tensor[] =>
    (isBidirectional(embedded) ? lastBidirectional : last).run(embedded, attributes);

  return {
    probabilities: defineOp<ClassifierInputs<Tensor>, readonly [Tensor], EmbeddedAttributes>({
      name: prefix,
      compose: ({ fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
        const [x] = lastOf(embedded, attributes);
        const [features] = linearOp.run({ x: x!, weight: fc1_weight, bias: fc1_bias }, {});
        const [logits] = linearOp.run({ x: features, weight: fc2_weight, bias: fc2_bias }, {});
        return softmaxOp.run({ logits }, {});
      },
      gradient: undefined,
    }),

    gradients: defineOp<ClassifierInputs<Tensor>, readonly Tensor[], ClassifierGradAttributes>({
      name: `${prefix}Grad`,
      compose: ({ fc1_weight, fc1_bias, fc2_weight, fc2_bias, ...embedded }, attributes) => {
        const dropped = (x: Tensor): Tensor => (attributes.rate === 0 ? x : dropoutOp.run({ x }, attributes)[0]);
        const [x, reserve] = lastOf(embedded, attributes);
        const features = dropped(linearOp.run({ x: x!, weight: fc1_weight, bias: fc1_bias }, {})[0]);
        const [logits] = linearOp.run({ x: features, weight: fc2_weight, bias: fc2_bias }, {});
        const [loss, probabilities] = softmaxCrossEntropyOp.run({ logits }, attributes);
        const [dLogits] = softmaxCrossEntropyGradOp.run({ dLoss: scalar(1), probabilities }, attributes);
        const [dFeatures, ...ofFc2] = linearGradOp.run({ dOutput: dLogits, x: features, weight: fc2_weight }, {});
        const [dLast, ...ofFc1] = linearGradOp.run({ dOutput: dropped(dFeatures), x: x!, weight: fc1_weight }, {});
        return [loss, ...lastGrad.run({ ...embedded, reserve: reserve!, dLast }, attributes), ...ofFc1, ...ofFc2];
      },
      gradient: undefined,
    }),
  };
};

/** The ops of each kind of cell. */
export const CLASSIFIER_OPS: Readonly<Record<CellName, ClassifierOps>> = {
  rnn: classifierOps('rnn', 'HeadwaterRnnClassifier'),
  gru: classifierOps('gru', 'HeadwaterGruClassifier'),
  lstm: classifierOps('lstm', 'HeadwaterLstmClassifier'),
};
