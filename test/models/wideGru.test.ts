import { createHash } from 'node:crypto';
import { memory } from '@tensorflow/tfjs-core';
import { isRight } from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import { wideGru } from '../../src/models/wide/wideGru.js';
import type { WideGru, WideGruSettings } from '../../src/models/wide/WideGruSettings.js';
import { wideGruConfig, type WideGruOptions } from '../../src/models/wide/WideGruConfig.js';
import { checkModelWeights, readModelConfig, stringifyModelConfig } from '../../src/models/artifacts/ModelConfig.js';
import { entriesUnder } from '../../src/models/internal/entriesUnder.js';
import { registerBackend } from '../../src/ops/backends/registerBackend.js';
import type { VectorRows } from '../../src/ops/layers/vectorEmbedding.js';
import { linearClassifier } from '../../src/models/linear/linearClassifier.js';
import { linearConfig } from '../../src/models/linear/LinearConfig.js';
import { sumClassifier } from '../../src/models/sum/sumClassifier.js';
import { expectClose } from '../expectClose.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';

const VOCABULARY = 20;
const CLASSES = 3;
const COLUMNS = 64;
const E = 6;

/** Vectors of 30 words; row 0 is none. */
const vectors: VectorRows = {
  dims: E,
  rows: Int8Array.from({ length: 31 * E }, (_, i) => (i < E ? 0 : Math.round(100 * Math.sin(i * i)))),
  scales: Float32Array.from({ length: 31 }, () => 0.01),
};

/** Rows of tokens with vectors and features, each class of its own. */
const batchOf = (seed: number, size = 8): LabelledBatch => {
  const batch = labelledBatch({ seed, size, vocabulary: VOCABULARY, classes: CLASSES });
  return {
    ...batch,
    vectorIds: batch.tokens.map((token) => (token === 0 ? 0 : token % 31)),
    features: {
      offsets: Int32Array.from({ length: size + 1 }, (_, i) => 2 * i),
      ids: Int32Array.from({ length: 2 * size }, (_, i) => (7 * i + 3 * batch.labels[i >> 1]!) % COLUMNS),
      values: new Float32Array(2 * size).fill(0.5),
    },
  };
};
const batch = batchOf(3);
const others = [batchOf(4), batchOf(5, 4)];

const make = (options: Partial<WideGruOptions> = {}, settings: Partial<WideGruSettings> = {}): WideGru => {
  const config = wideGruConfig({
    classes: CLASSES,
    vocabularySize: VOCABULARY,
    embeddingDim: E,
    hiddenDim: 5,
    columns: COLUMNS,
    vectors: true,
    ...options,
  });
  return wideGru(config, { seed: 7, ...(config.vectors ? { vectors } : {}), ...settings });
};

const step = (index: number, learningRate = 0.01) => ({ epoch: 1, step: index, learningRate });
const train = (model: WideGru, steps: number, from = 0): void => {
  for (let i = from; i < from + steps; i++) model.trainBatch([batch, ...others][i % 3]!, step(i));
};
/** A digest of all of a state's bytes. */
const bytes = (state: StateDict): string => createHash('sha256').update(encodeSafetensors(state)).digest('hex');
const bytesOf = (model: WideGru): string[] => [bytes(model.stateDict()), bytes(model.optimizerState())];
const using = <T>(model: WideGru, work: (model: WideGru) => T): T => {
  try {
    return work(model);
  } finally {
    model.dispose();
  }
};

/** Every combination of what a model reads. */
const kinds: readonly (readonly [name: string, options: Partial<WideGruOptions>])[] = [
  ['vectors and features', {}],
  ['vectors alone', { columns: 0 }],
  ['features alone', { vectors: false }],
  ['neither', { vectors: false, columns: 0 }],
  ['attention', { pooling: 'attention' }],
];

beforeAll(() => registerBackend());

describe('wideGru', () => {
  it.each(kinds)('learns what it is shown, and keeps no tensor but weights and moments, with %s', (_, options) => {
    const before = memory().numTensors;
    const model = make({ dropout: 0, wordDropout: 0, ...options });
    expect(model.evaluateBatch(batch).loss).toBeGreaterThan(0.7);
    model.trainBatch(batch, step(0));
    const tensors = memory().numTensors;
    for (let i = 1; i < 150; i++) model.trainBatch(batch, step(i));
    const { loss, weight, probabilities } = model.evaluateBatch(batch);
    expect(loss).toBeLessThan(0.05);
    expect(weight).toBe(batch.size);
    expect(model.predictBatch(batch)).toEqual(probabilities);
    batch.labels.forEach((label, i) => expect(probabilities[i * CLASSES + label]).toBeGreaterThan(0.8));
    expect(memory().numTensors).toBe(tensors);
    model.dispose();
    model.dispose();
    expect(memory().numTensors).toBe(before);
    expect(() => model.predictBatch(batch)).toThrow(/has been disposed of/);
  });

  it.each(kinds)('goes on with the same bits from its saved states, with %s', (_, options) => {
    const straight = make(options);
    train(straight, 8);
    const first = make(options);
    train(first, 4);
    const saved = [first.stateDict(), first.optimizerState()].map((state) => {
      const decoded = decodeSafetensors(encodeSafetensors(state));
      if (decoded._tag === 'Left') throw decoded.left;
      return decoded.right.weights;
    });
    const second = make(options, { weights: saved[0] });
    second.loadOptimizerState(saved[1]!);
    expect(bytesOf(second)).toEqual(bytesOf(first));
    train(second, 4, 4);
    expect(bytesOf(second)).toEqual(bytesOf(straight));
    expect(second.predictBatch(others[0]!)).toEqual(straight.predictBatch(others[0]!));
    for (const model of [straight, first, second]) model.dispose();
  });

  it('keeps its moments where earlier weights are loaded back, for the rows that these have', () => {
    using(make(), (model) => {
      train(model, 1);
      const early = model.stateDict();
      train(model, 3, 1);
      const moments = model.optimizerState();
      model.loadStateDict(early);
      expect(bytes(model.stateDict())).toBe(bytes(early));
      const kept = model.optimizerState();
      const rows = early.get('embeddings.rows')!.data.length;
      expect(kept.get('embeddings.exp_avg')!.shape).toEqual([rows, E]);
      // Rows are only ever added, so the first ones are the same.
      expect(kept.get('embeddings.exp_avg')!.data).toEqual(
        moments.get('embeddings.exp_avg')!.data.subarray(0, rows * E),
      );
      train(model, 2, 4);
    });
  });

  it('attends to tokens: at first to all alike, as the mean does, and then to some more than to others', () => {
    const options = { columns: 0, pooling: 'attention' } as const;
    using(make({ columns: 0 }), (mean) =>
      using(make(options), (model) => {
        expect('attention' in mean).toBe(false);
        expectClose(model.logits(batch), mean.logits(batch), 1e-6);
        const { time, lengths } = batch;
        const sharesOf = (row: number): Float32Array => model.attention!(batch).subarray(row * time, (row + 1) * time);
        lengths.forEach((length, row) => {
          expectClose(
            sharesOf(row),
            Array.from({ length: time }, (_, t) => (t < length ? 1 / length : 0)),
            1e-6,
          );
        });
        train(model, 60);
        lengths.forEach((length, row) => {
          const shares = sharesOf(row);
          expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
          expect([...shares.subarray(length)].every((share) => share === 0)).toBe(true);
          if (length > 1) expect(Math.max(...shares)).toBeGreaterThan(1.05 / length);
        });
      }),
    );
  });

  it('has the mean attention of its networks, and of the network in a sum', () => {
    const options = { columns: 0, pooling: 'attention' } as const;
    using(make({ ...options, members: 2 }), (both) => {
      train(both, 20);
      const [one, two] = [0, 1].map((member) =>
        using(make(options, { weights: entriesUnder(`members.${member}.`, both.stateDict()) }), (model) =>
          model.attention!(batch),
        ),
      ) as [Float32Array, Float32Array];
      expect(one).not.toEqual(two);
      expectClose(
        both.attention!(batch),
        one.map((share, i) => (share + two[i]!) / 2),
        1e-6,
      );
      const linear = linearClassifier(linearConfig({ classes: CLASSES, columns: COLUMNS }), { seed: 1, trainRows: 8 });
      const sum = sumClassifier({ network: both, linear, networkWeight: 1, linearWeight: 1 });
      expect(sum.attention!(batch)).toEqual(both.attention!(batch));
      linear.dispose();
    });
  });

  it('gives equal bits for equal seeds, and others for another seed', () => {
    const models = [7, 7, 8].map((seed) => make({}, { seed }));
    for (const model of models) train(model, 3);
    const [first, second, other] = models.map(bytesOf);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
    for (const model of models) model.dispose();
  });

  it('knows a word that training never saw by its vector', () => {
    using(make({ columns: 0, dropout: 0 }), (model) => {
      // Class 0 are words of the first vector, class 1 of the second; each row is one word.
      const rows = (tokens: readonly number[], vectorIds: readonly number[]): LabelledBatch => ({
        size: tokens.length,
        time: 1,
        tokens: Int32Array.from(tokens),
        vectorIds: Int32Array.from(vectorIds),
        lengths: new Int32Array(tokens.length).fill(1),
        ids: Int32Array.from(tokens.keys()),
        labels: Int32Array.from(vectorIds, (id) => id % 2),
      });
      for (let i = 0; i < 60; i++) model.trainBatch(rows([2, 3, 4, 5], [2, 5, 2, 5]), step(i));
      // The unknown token, 1, was never trained: both rows differ in their vectors alone.
      const probabilities = model.predictBatch(rows([1, 1], [2, 5]));
      expect(probabilities[0]).toBeGreaterThan(0.8);
      expect(probabilities[CLASSES + 1]).toBeGreaterThan(0.8);
    });
  });

  it('reads no padding: a row has the same probabilities beside a longer one', () => {
    using(make(), (model) => {
      train(model, 3);
      const [short] = [batchOf(9, 1)];
      const beside = (time: number) => {
        const tokens = new Int32Array(2 * time);
        const vectorIds = new Int32Array(2 * time);
        tokens.set(short.tokens);
        vectorIds.set(short.vectorIds!);
        tokens.fill(4, time);
        const features = {
          offsets: Int32Array.of(0, 2, 2),
          ids: short.features!.ids,
          values: short.features!.values,
        };
        const lengths = Int32Array.of(short.lengths[0]!, time);
        return { size: 2, time, tokens, vectorIds, features, lengths, ids: Int32Array.of(0, 1) };
      };
      const [one, other] = [short.time, short.time + 9].map((time) =>
        model.predictBatch(beside(time)).slice(0, CLASSES),
      );
      one!.forEach((p, c) => expect(other![c]).toBeCloseTo(p, 6));
    });
  });

  describe('renewTokens', () => {
    /** What is learnt of a token, and its moments. */
    const rowOf = (state: StateDict, values: string, token: number): number[] => {
      const slot = [...state.get('embeddings.rows')!.data].indexOf(token);
      return slot < 0 ? [] : [...state.get(values)!.data.subarray(slot * E, (slot + 1) * E)];
    };

    it('gives tokens the embedding of another one, and forgets their moments', () => {
      using(make({ vectors: false }), (model) => {
        train(model, 4);
        const tokens = [...new Set([...batch.tokens].filter((token) => token > 1))];
        const [renewed, like, kept] = tokens as [number, number, number];
        const before = model.stateDict();
        const momentsBefore = model.optimizerState();
        model.renewTokens([renewed], like);
        const [after, moments] = [model.stateDict(), model.optimizerState()];
        expect(rowOf(after, 'embeddings.values', renewed)).toEqual(rowOf(before, 'embeddings.values', like));
        expect(rowOf(after, 'embeddings.values', kept)).toEqual(rowOf(before, 'embeddings.values', kept));
        const momentOf = (state: StateDict, token: number): number[] =>
          rowOf(new Map([...after, ['m', state.get('embeddings.exp_avg')!]]), 'm', token);
        expect(momentOf(momentsBefore, renewed).some((value) => value !== 0)).toBe(true);
        expect(momentOf(moments, renewed).every((value) => value === 0)).toBe(true);
        expect(momentOf(moments, kept)).toEqual(momentOf(momentsBefore, kept));
        train(model, 2, 4);
      });
    });

    it('gives a token that training never touched the zeros that it stands for', () => {
      using(make(), (model) => {
        model.trainBatch(batchOf(5, 1), step(0));
        const touched = [...batchOf(5, 1).tokens].find((token) => token > 1)!;
        const untouched = Array.from({ length: VOCABULARY }, (_, token) => token).find(
          (token) => token > 1 && rowOf(model.stateDict(), 'embeddings.values', token).length === 0,
        )!;
        model.renewTokens([touched], untouched);
        expect(rowOf(model.stateDict(), 'embeddings.values', touched)).toEqual(new Array(E).fill(0));
        const states = [model.stateDict(), model.optimizerState()] as const;
        model.loadStateDict(states[0]);
        model.loadOptimizerState(states[1]);
      });
    });

    it('refuses the padding token and what is no token, and changes nothing', () => {
      const model = make();
      train(model, 1);
      const before = bytesOf(model);
      const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
      for (const [tokens, like] of [
        [[0], 2],
        [[2], 0],
        [[3, VOCABULARY], 2],
        [[2], -1],
        [[1.5], 2],
      ] as const)
        expect(() => model.renewTokens(tokens, like)).toThrow(usage);
      model.renewTokens([], 2);
      expect(bytesOf(model)).toEqual(before);
      model.dispose();
      expect(() => model.renewTokens([2], 3)).toThrow(/has been disposed of/);
    });
  });

  it('refuses what does not fit, and changes nothing', () => {
    const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
    expect(() => make({}, { vectors: undefined })).toThrow(usage);
    expect(() => make({}, { vectors: { ...vectors, dims: 5 } })).toThrow(usage);
    expect(() => make({}, { classWeights: Float32Array.of(1) })).toThrow(usage);
    expect(() => wideGruConfig({ classes: 1, vocabularySize: 9 })).toThrow(usage);
    using(make(), (model) => {
      train(model, 1);
      const before = bytesOf(model);
      expect(() => model.predictBatch({ ...batch, vectorIds: undefined })).toThrow(usage);
      expect(() => model.trainBatch({ ...batch, features: undefined }, step(1))).toThrow(usage);
      expect(() => model.trainBatch({ ...batch, labels: new Int32Array(8).fill(CLASSES) }, step(1))).toThrow();
      const artifact = expect.objectContaining({ code: 'HW_ARTIFACT' }) as unknown;
      const state = model.stateDict();
      const without = (key: string): StateDict => new Map([...state].filter(([name]) => name !== key));
      for (const key of ['head.bias', 'embeddings.values', 'wide.rows'])
        expect(() => model.loadStateDict(without(key)), key).toThrow(artifact);
      expect(() => model.loadOptimizerState(new Map())).toThrow(artifact);
      expect(bytesOf(model)).toEqual(before);
    });
  });

  it('leaves the weights as they were where a loss is not finite', () => {
    using(make(), (model) => {
      train(model, 1);
      const before = bytesOf(model);
      const values = batch.features!.values.map(() => Infinity);
      const bad = { ...batch, features: { ...batch.features!, values } };
      expect(() => model.trainBatch(bad, step(1))).toThrow(expect.objectContaining({ code: 'HW_NUMERIC' }));
      expect(bytesOf(model)).toEqual(before);
    });
  });
});

describe('wideGru with members', () => {
  const rows = { size: batch.size, classes: CLASSES };

  it('is the mean of the logits of its networks, each of which learns as if it were alone', () => {
    const alone = [0, 1, 2].map((member) =>
      using(make({}, { seed: 7 + member }), (model) => {
        train(model, 3);
        return { logits: model.logits(batch), state: bytes(model.stateDict()) };
      }),
    );
    using(make({ members: 3 }), (model) => {
      train(model, 3);
      const mean = Array.from(
        { length: rows.size * rows.classes },
        (_, i) => alone.reduce((sum, { logits }) => sum + logits[i]!, 0) / 3,
      );
      model.logits(batch).forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 5));
      const state = model.stateDict();
      expect(alone.map((_, member) => bytes(entriesUnder(`members.${member}.`, state)))).toEqual(
        alone.map((one) => one.state),
      );
    });
  });

  it('is saved and loaded, goes on from its optimizer, and frees all of its networks', () => {
    const before = memory().numTensors;
    const model = make({ members: 2, temperature: 2 });
    train(model, 2);
    const [weights, optimizer] = [model.stateDict(), model.optimizerState()];
    const other = make({ members: 2, temperature: 2 }, { seed: 99, weights });
    expect(other.predictBatch(batch)).toEqual(model.predictBatch(batch));
    other.dispose();
    // Dropout draws by the seed.
    const again = make({ members: 2, temperature: 2 }, { weights });
    again.loadOptimizerState(optimizer);
    train(model, 2, 2);
    train(again, 2, 2);
    expect(bytesOf(again)).toEqual(bytesOf(model));
    const { loss, probabilities } = model.evaluateBatch(batch);
    const mean = Array.from(batch.labels, (label, row) => -Math.log(probabilities[row * CLASSES + label]!));
    expect(loss).toBeCloseTo(mean.reduce((sum, value) => sum + value, 0) / batch.size, 6);
    model.dispose();
    again.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('is checked when it is read: each network, and nothing besides', () => {
    using(make({ members: 2 }), (model) => {
      const state = model.stateDict();
      expect(isRight(checkModelWeights(model.config, state))).toBe(true);
      expect(
        checkModelWeights(
          model.config,
          new Map([...state, ['members.2.head.bias', state.get('members.1.head.bias')!]]),
        ),
      ).toMatchObject({
        left: { code: 'HW_ARTIFACT', message: expect.stringContaining('members.2.head.bias') as string },
      });
      const incomplete = new Map([...state].filter(([name]) => name !== 'members.1.head.bias'));
      expect(checkModelWeights(model.config, incomplete)).toMatchObject({ left: { code: 'HW_ARTIFACT' } });
      const read = readModelConfig(JSON.parse(stringifyModelConfig(model.config)));
      expect(read).toEqual({ _tag: 'Right', right: model.config });
    });
    expect(() => make({ members: 1.5 })).toThrow(/members 1.5. Give a whole number of at least 2/);
  });
});
