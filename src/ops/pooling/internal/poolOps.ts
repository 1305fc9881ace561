import {
  add,
  broadcastTo,
  concat,
  equal,
  expandDims,
  max,
  min,
  mul,
  reshape,
  slice,
  sum,
  tensor,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../../definition/defineOp.js';
import { isToken, tokensOnly } from './tokensOnly.js';

/** The kind of pooling: the largest value over the tokens of a row, their mean, or both side by side. */
export type PoolKind = 'max' | 'mean' | 'maxMean';

/** The attributes of {@link poolOp} and of its gradient. */
export type PoolAttributes = Readonly<{ lengths: Int32Array; time: number; kind: PoolKind }>;

/** The number of output values per feature. */
export const partsOf = (kind: PoolKind): 1 | 2 => (kind === 'maxMean' ? 2 : 1);

/** The share of each token in the mean of its row, 1 / length, and 0 past the length; shape [B, T, 1]. */
const meanShares = ({ lengths, time }: PoolAttributes): Tensor => {
  const values = new Float32Array(lengths.length * time);
  lengths.forEach((length, row) => values.fill(1 / length, row * time, row * time + length));
  return tensor(values, [lengths.length, time, 1]);
};

/** The step of each token, shape [1, T, 1]. */
const steps = (time: number): Tensor =>
  tensor(
    Float32Array.from({ length: time }, (_, t) => t),
    [1, time, 1],
  );

/**
 * The gradient of {@link poolOp}: that of the largest value goes to the first token that has it, that of the mean to
 * all tokens.
 */
export const poolGradOp = defineOp<{ dOutput: Tensor; places: Tensor }, [Tensor], PoolAttributes>({
  name: 'HeadwaterPoolGrad',
  compose: ({ dOutput, places }, attributes) => {
    const { time, kind } = attributes;
    const [batch, outputs] = dOutput.shape as [number, number];
    const width = outputs / partsOf(kind);
    const part = (start: number): Tensor => reshape(slice(dOutput, [0, start], [batch, width]), [batch, 1, width]);
    const ofMean = kind === 'max' ? undefined : mul(part(outputs - width), meanShares(attributes));
    if (kind === 'mean') return [ofMean!];
    const ofLargest = broadcastTo(part(0), [batch, time, width]);
    const first = broadcastTo(equal(reshape(places, [batch, 1, width]), steps(time)), [batch, time, width]);
    const spread = where(first, ofLargest, zerosLike(ofLargest));
    return [ofMean === undefined ? spread : add(spread, ofMean)];
  },
  gradient: undefined,
});

/**
 * Pools the values of each row over its tokens, from [B, T, D] to [B, D], or to [B, 2·D] for `maxMean`. The second
 * output is the first step that has the largest value, [B, D], or empty for `mean`.
 */
export const poolOp = defineOp<{ x: Tensor }, [Tensor, Tensor], PoolAttributes>({
  name: 'HeadwaterPool',
  compose: ({ x }, attributes) => {
    const { lengths, time, kind } = attributes;
    const mean = (): Tensor => sum(mul(tokensOnly(x, lengths), meanShares(attributes)), 1);
    if (kind === 'mean') return [mean(), zeros([0])];
    const inside = broadcastTo(isToken(lengths, time), x.shape);
    const masked = where(inside, x, broadcastTo(tensor([[[-3.4028234663852886e38]]]), x.shape));
    const largest = max(masked, 1);
    const last = broadcastTo(tensor([[[time - 1]]]), x.shape);
    const places = min(where(equal(masked, expandDims(largest, 1)), broadcastTo(steps(time), x.shape), last), 1);
    return [kind === 'max' ? largest : concat([largest, mean()], 1), places];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [1],
    // The places are not visible outside the op, so they have no gradient.
    backward: ([dOutput], [places], attributes) => ({
      x: poolGradOp.run({ dOutput: dOutput!, places: places! }, attributes)[0],
    }),
  },
});
