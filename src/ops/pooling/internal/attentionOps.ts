import {
  add,
  broadcastTo,
  exp,
  max,
  mul,
  reshape,
  sub,
  sum,
  tensor,
  where,
  zerosLike,
  div,
  fill,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';

/** The attributes of {@link attentionOp} and of its gradient. */
export type AttentionAttributes = Readonly<{ lengths: Int32Array }>;

/** Which values are tokens and not padding, bool [B, T]. */
const isToken = (lengths: Int32Array, time: number): Tensor => {
  const values = new Uint8Array(lengths.length * time);
  lengths.forEach((length, row) => values.fill(1, row * time, row * time + length));
  return tensor(values, [lengths.length, time], 'bool');
};

/**
 * The inputs of a row past its length as zeros: there, a value that is not finite would reach the sums, even with a
 * share of 0.
 */
const tokensOnly = (x: Tensor, lengths: Int32Array): Tensor => {
  const [batch, time] = x.shape as [number, number];
  const inside = reshape(isToken(lengths, time), [batch, time, 1]);
  return where(broadcastTo(inside, x.shape), x, zerosLike(x));
};

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
      isToken(lengths, time),
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
