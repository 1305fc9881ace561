import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/contracts/random.js';
import { linear } from '../../src/ops/layers/linear.js';
import { softmaxCrossEntropy } from '../../src/ops/layers/softmaxCrossEntropy.js';
import { vectorEmbedding } from '../../src/ops/layers/vectorEmbedding.js';
import { Adam } from '../../src/ops/optimizers/Adam.js';
import { clipByGlobalNorm } from '../../src/ops/optimizers/clipByGlobalNorm.js';
import { oneCycle } from '../../src/ops/optimizers/rateSchedules.js';
import { RowAdagrad } from '../../src/ops/optimizers/RowAdagrad.js';
import { RowAdam } from '../../src/ops/optimizers/RowAdam.js';
import { attentionPool } from '../../src/ops/pooling/attentionPool.js';
import { maxMeanPool } from '../../src/ops/pooling/maxMeanPool.js';
import { recurrentStack } from '../../src/ops/recurrent/recurrentStack.js';
import { RowTable } from '../../src/ops/sparse/RowTable.js';
import { sparseLinear } from '../../src/ops/sparse/sparseLinear.js';
import { expectClose } from '../expectClose.js';
import { askPython, python, pythonHas } from '../pythonPeer.js';
import { everyBackend } from './everyBackend.js';

const hasTorch = pythonHas('torch', 'numpy');

const [EMBEDDING, HIDDEN, LAYERS, CLASSES, KNOWN, BUCKETS, VECTORS] = [6, 5, 2, 3, 20, 50, 9];
const dice = random(11, 'test');
const draw = (scale: number, ...shape: number[]): { readonly shape: number[]; readonly data: number[] } => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround((dice.uniform() * 2 - 1) * scale)),
});

const weights = Object.fromEntries(
  Array.from({ length: LAYERS }, (_, layer) =>
    ['', '_reverse'].flatMap((reverse) => [
      [`weight_ih_l${layer}${reverse}`, draw(0.5, 3 * HIDDEN, layer === 0 ? EMBEDDING : 2 * HIDDEN)] as const,
      [`weight_hh_l${layer}${reverse}`, draw(0.5, 3 * HIDDEN, HIDDEN)] as const,
      [`bias_ih_l${layer}${reverse}`, draw(0.5, 3 * HIDDEN)] as const,
      [`bias_hh_l${layer}${reverse}`, draw(0.5, 3 * HIDDEN)] as const,
    ]),
  ).flat(),
);
const head = { head_weight: draw(0.5, CLASSES, 4 * HIDDEN), head_bias: draw(0.5, CLASSES) };
const vectors = draw(1, VECTORS, EMBEDDING);
vectors.data.fill(0, 0, EMBEDDING);

/** Batches whose rows differ in length, with tokens and features that recur. */
const batches = Array.from({ length: 6 }, () => {
  const lengths = Array.from({ length: 5 }, () => 1 + dice.below(4)).concat(4);
  const time = 4;
  const read = (most: number, least: number): number[] =>
    lengths.flatMap((length) => Array.from({ length: time }, (_, t) => (t < length ? least + dice.below(most) : 0)));
  const counts = lengths.map(() => dice.below(6));
  const offsets = counts.reduce<number[]>((sums, count) => [...sums, sums.at(-1)! + count], [0]);
  return {
    lengths,
    time,
    tokens: read(KNOWN - 1, 1),
    vectorIds: read(VECTORS, 0),
    labels: lengths.map(() => dice.below(CLASSES)),
    offsets,
    ids: Array.from({ length: offsets.at(-1)! }, () => dice.below(BUCKETS)),
    values: draw(1, offsets.at(-1)!).data,
  };
});
const rates = batches.map((_, step) => oneCycle()(step / batches.length));
const maxNorm = 0.3;

const cycles = [
  { kind: 'cycle', steps: 50, warmUp: 0.2, start: 0.04 },
  { kind: 'cycle', steps: 200, warmUp: 0.3, start: 0.1 },
] as const;

interface Answer {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly after: Readonly<Record<string, readonly number[]>>;
}

const attended = {
  kind: 'attention',
  x: draw(2, 7, 5, HIDDEN),
  query: draw(2, HIDDEN),
  lengths: [1, 5, 3, 2, 4, 5, 1],
  shares: draw(1, 7, HIDDEN),
};

interface AttentionAnswer {
  readonly pooled: readonly number[];
  readonly dx: readonly number[];
  readonly dQuery: readonly number[];
}

type Answers = readonly [Answer, AttentionAnswer, ...(readonly (readonly number[])[])];

/** What PyTorch makes of it. */
const ask = (): Answers => {
  const network = {
    kind: 'wideGru',
    embedding: EMBEDDING,
    hidden: HIDDEN,
    layers: LAYERS,
    classes: CLASSES,
    tokensKnown: KNOWN,
    buckets: BUCKETS,
    weights: { ...weights, ...head },
    vectors,
    batches,
    rates,
    maxNorm,
  };
  const answers = askPython(join(import.meta.dirname, 'torchOpsPeer.py'), [network, attended, ...cycles]);
  return answers as Answers;
};

/** The same network of our ops, trained the same way. */
const train = (): Answer => {
  const dense = new Map(
    Object.entries({ ...weights, ...head }).map(([name, { shape, data }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, shape))),
    ]),
  );
  const delta = new RowTable({ rows: KNOWN, width: EMBEDDING });
  const wide = new RowTable({ rows: BUCKETS, width: CLASSES });
  const [adamW, lazy, adagrad] = [new Adam(dense, { weightDecay: 0.01 }), new RowAdam(delta), new RowAdagrad(wide)];
  const table = { dims: EMBEDDING, rows: Float32Array.from(vectors.data) };
  const names = [...dense.keys()];
  const losses: number[] = [];
  const norms: number[] = [];
  batches.forEach(({ lengths, time, tokens, vectorIds, labels, offsets, ids, values }, step) =>
    tf.tidy(() => {
      const ofRows = Int32Array.from(lengths);
      const ofTokens = delta.lookUp(Int32Array.from(tokens), { without: 0 });
      const ofFeatures = wide.lookUp(Int32Array.from(ids));
      const input = {
        size: lengths.length,
        time,
        vectorIds: Int32Array.from(vectorIds),
        places: ofTokens.places,
      };
      const features = {
        offsets: Int32Array.from(offsets),
        ids: ofFeatures.places,
        values: Float32Array.from(values),
      };
      const found = tf.valueAndGrads((d, u, ...given) => {
        const named = Object.fromEntries(names.map((name, i) => [name, given[i]!]));
        const output = recurrentStack('gru', vectorEmbedding(d, table, input), ofRows, named);
        const logits = linear(maxMeanPool(output, ofRows), named['head_weight']!, named['head_bias']!);
        return softmaxCrossEntropy(sparseLinear(u, features, logits), Int32Array.from(labels));
      })([
        tf.tensor2d(ofTokens.values, [ofTokens.ids.length, EMBEDDING]),
        tf.tensor2d(ofFeatures.values, [ofFeatures.ids.length, CLASSES]),
        ...dense.values(),
      ]);
      const [dDelta, dWide, ...rest] = found.grads;
      const { gradients, norm } = clipByGlobalNorm(new Map(names.map((name, i) => [name, rest[i]!])), maxNorm);
      adamW.step(gradients, 3e-3 * rates[step]!);
      lazy.step(ofTokens.ids, dDelta!.dataSync<'float32'>(), 3e-3 * rates[step]!);
      adagrad.step(ofFeatures.ids, dWide!.dataSync<'float32'>(), 0.1 * rates[step]!);
      losses.push(found.value.dataSync()[0]!);
      norms.push(norm.dataSync()[0]!);
    }),
  );
  const all = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);
  const after = {
    ...Object.fromEntries(Array.from(dense, ([name, weight]) => [name, [...weight.dataSync()]])),
    delta: [...delta.lookUp(all(KNOWN)).values],
    wide: [...wide.lookUp(all(BUCKETS)).values],
  };
  adamW.dispose();
  for (const weight of dense.values()) weight.dispose();
  return { losses, norms, after };
};

const run = hasTorch ? describe : describe.skip;

run(
  'a network of these ops learns as ' +
    `PyTorch's${hasTorch ? '' : ` [skipped: ${python} has no torch and numpy; name one that has in HEADWATER_PYTHON]`}`,
  () => {
    const [answer, attention, ...schedules] = hasTorch ? ask() : [];

    it.each(everyBackend)('on %s', async (backend) => {
      await tf.setBackend(backend);
      const ours = train();
      expectClose(ours.losses, answer!.losses, 1e-4);
      expectClose(ours.norms, answer!.norms, 1e-4);
      expect(Object.keys(ours.after).sort()).toEqual(Object.keys(answer!.after).sort());
      for (const [name, values] of Object.entries(ours.after)) expectClose(values, answer!.after[name]!, 2e-4);
    });

    it.each(everyBackend)('attention and its gradients on %s', async (backend) => {
      await tf.setBackend(backend);
      const { x, query, lengths, shares } = attended;
      const ofRows = Int32Array.from(lengths);
      tf.tidy(() => {
        const inputs = [tf.tensor(x.data, x.shape), tf.tensor1d(query.data)] as const;
        expectClose(attentionPool(inputs[0], ofRows, inputs[1]).dataSync(), attention!.pooled, 1e-5);
        const [dx, dQuery] = tf.grads((a, b) => attentionPool(a, ofRows, b))(
          [...inputs],
          tf.tensor(shares.data, shares.shape),
        );
        expectClose(dx!.dataSync(), attention!.dx, 1e-5);
        expectClose(dQuery!.dataSync(), attention!.dQuery, 1e-4);
      });
    });

    it('oneCycle is its OneCycleLR, which counts from the first step to the last', () => {
      cycles.forEach(({ steps, warmUp, start }, i) => {
        const factor = oneCycle({ warmUp: (warmUp * steps - 1) / (steps - 1), start });
        expectClose(
          Array.from({ length: steps }, (_, step) => factor(step / (steps - 1))),
          schedules[i]!,
          1e-6,
        );
      });
    });
  },
);
