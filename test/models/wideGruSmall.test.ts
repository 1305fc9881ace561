import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledBatch, PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { wideGru } from '../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../src/models/wide/WideGruConfig.js';
import { registerBackend } from '../../src/ops/backends/registerBackend.js';

const [VOCABULARY, CLASSES, COLUMNS, E, VECTORS] = [1200, 3, 64, 6, 31];
const vectors = {
  dims: E,
  rows: Int8Array.from({ length: VECTORS * E }, (_, i) => (i < E ? 0 : Math.round(100 * Math.sin(i * i)))),
  scales: Float32Array.from({ length: VECTORS }, () => 0.01),
};

/** Rows of these lengths; token 0 is padding, and within a row a word that has no embedding. */
const batchOf = (lengths: readonly number[], seed: number): LabelledBatch => {
  const [size, time] = [lengths.length, Math.max(...lengths)];
  const tokens = Int32Array.from({ length: size * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? (seed * 37 + i * i) % VOCABULARY : 0,
  );
  return {
    size,
    time,
    tokens,
    vectorIds: tokens.map((token) => token % VECTORS),
    lengths: Int32Array.from(lengths),
    ids: Int32Array.from(lengths.keys()),
    labels: Int32Array.from(lengths, (_, i) => i % CLASSES),
    features: {
      offsets: Int32Array.from({ length: size + 1 }, (_, row) => 3 * row),
      ids: Int32Array.from({ length: 3 * size }, (_, i) => (seed + 7 * i) % COLUMNS),
      values: Float32Array.from({ length: 3 * size }, (_, i) => 0.3 + i / 10),
    },
  };
};

/** The same rows followed by so many others that the ops compute them. */
const amongMany = (batch: PaddedBatch): PaddedBatch => {
  const others = 9;
  const { size, time } = batch;
  const widened = (values: Int32Array, fill: number, count: number): Int32Array => {
    const all = new Int32Array(values.length + count).fill(fill);
    all.set(values);
    return all;
  };
  const { offsets, ids, values } = batch.features!;
  return {
    size: size + others,
    time,
    tokens: widened(batch.tokens, 5, others * time),
    vectorIds: widened(batch.vectorIds!, 5, others * time),
    lengths: widened(batch.lengths, time, others),
    ids: widened(batch.ids, 0, others),
    features: { offsets: widened(offsets, ids.length, others), ids, values },
  };
};

const kinds = [
  ['vectors and features', true, COLUMNS],
  ['vectors alone', true, 0],
  ['features alone', false, COLUMNS],
  ['neither', false, 0],
] as const;
const shapes: readonly (readonly number[])[] = [[1], [7], [255], [400], [3, 1], [1, 5, 5, 2], [2, 2, 2, 2, 2, 2, 2, 9]];

beforeAll(() => registerBackend());

describe('a wide GRU on a few rows', () => {
  it.each(kinds)('gives the bits that it gives among many, with %s', (_, hasVectors, columns) => {
    const config = wideGruConfig({
      classes: CLASSES,
      vocabularySize: VOCABULARY,
      embeddingDim: E,
      hiddenDim: 36,
      vectors: hasVectors,
      columns,
    });
    const model = wideGru({ ...config, temperature: 1.3 }, { seed: 7, ...(hasVectors ? { vectors } : {}) });
    const check = (): void => {
      shapes.forEach((lengths, seed) => {
        const batch = batchOf(lengths, seed);
        const among = amongMany(batch);
        const values = lengths.length * CLASSES;
        // Twice: the second time its words are known.
        for (let again = 0; again < 2; again++) {
          expect(model.logits(batch)).toEqual(model.logits(among).slice(0, values));
          expect(model.predictBatch(batch)).toEqual(model.predictBatch(among).slice(0, values));
        }
      });
    };
    check();
    const first = model.stateDict();
    for (let step = 0; step < 3; step++)
      model.trainBatch(batchOf([9, 4, 4], step), { epoch: 1, step, learningRate: 0.1 });
    check();
    model.renewTokens([5, 37], 74);
    check();
    model.loadStateDict(first);
    check();
    model.dispose();
    expect(() => model.predictBatch(batchOf([2], 1))).toThrow(/has been disposed of/);
  });

  it('refuses what the ops refuse', () => {
    const config = wideGruConfig({
      classes: CLASSES,
      vocabularySize: VOCABULARY,
      embeddingDim: E,
      hiddenDim: 36,
      vectors: true,
      columns: COLUMNS,
    });
    const model = wideGru(config, { seed: 7, vectors });
    const batch = batchOf([3], 1);
    const refuse = (change: Partial<PaddedBatch>, why: RegExp): void =>
      expect(() => model.predictBatch({ ...batch, ...change })).toThrow(why);
    refuse({ tokens: Int32Array.of(1, VOCABULARY, 2) }, /asked for row 1200/);
    refuse({ vectorIds: Int32Array.of(1, VECTORS, 2) }, /vectorIds/);
    refuse({ lengths: Int32Array.of(4) }, /length/);
    refuse({ vectorIds: undefined }, /word vectors/);
    refuse({ features: undefined }, /hashed features/);
    model.dispose();
  });
});
