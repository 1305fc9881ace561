import { add, exp, max, mul, reshape, sub, sum, where, div, fill, type Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import { isToken, tokensOnly } from './tokensOnly.js';

/** The attributes of {@link attentionOp} and of its gradient. */
export type AttentionAttributes = Readonly<{ lengths: Int32Array }>;

/** The gradient of {@link attentionOp}. */
export const attentionGradOp = defineOp<
  { x: Tensor; query: Tensor; weights: Tensor; dPooled: Tensor; dWeights: Tensor },
  [Tensor, Tensor],
  AttentionAttributes
>({
  name: 'HeadwaterAttentionGrad',
  compose: ({ x, query, weights, dPooled, dWeights }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const tokens = tokensOnly(x, lengths);
    const ofSum = reshape(dPooled, [batch, 1, width]);
    const ofWeights = add(sum(mul(tokens, ofSum), 2), dWeights);
    const mean = sum(mul(weights, ofWeights), 1, true);
    const dScores = reshape(mul(weights, sub(ofWeights, mean)), [batch, time, 1]);
    const shares = reshape(weights, [batch, time, 1]);
    return [add(mul(shares, ofSum), mul(dScores, reshape(query, [1, 1, width]))), sum(mul(dScores, tokens), [0, 1])];
  },
  gradient: undefined,
});

/**
 * The sum of the values of each row's tokens, weighted by attention to a query: from [B, T, D] to [B, D]. The second
 * output has the weights, [B, T].
 */
export const attentionOp = defineOp<{ x: Tensor; query: Tensor }, [Tensor, Tensor], AttentionAttributes>({
  name: 'HeadwaterAttention',
  compose: ({ x, query }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const tokens = tokensOnly(x, lengths);
    const scores = where(
      reshape(isToken(lengths, time), [batch, time]),
      sum(mul(tokens, reshape(query, [1, 1, width])), 2),
      fill([batch, time], -Infinity),
    );
    const shares = exp(sub(scores, max(scores, 1, true)));
    const weights = div(shares, sum(shares, 1, true));
    return [sum(mul(tokens, reshape(weights, [batch, time, 1])), 1), weights];
  },
  gradient: {
    savedInputs: ['x', 'query'],
    savedOutputs: [1],
    backward: ([dPooled, dWeights], [x, query, weights], attributes) => {
      const [dx, dQuery] = attentionGradOp.run(
        { x: x!, query: query!, weights: weights!, dPooled: dPooled!, dWeights: dWeights! },
        attributes,
      );
      return { x: dx, query: dQuery };
    },
  },
});
