import { afterEach, describe, expect, it } from 'vitest';
import type { OnlineModel } from '../../../src/contracts/live/Learning.js';
import { classifier, type Classifier } from '../../../src/models/classifier.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import { resizeVocabulary } from '../../../src/models/artifacts/resizeVocabulary.js';
import { labelledBatch } from '../../../src/testing/labelledBatch.js';

const config = classifierConfig({ vocabularySize: 12, classes: 3, embeddingDim: 4, hiddenDim: 8, fcDim: 6 });
const made: Classifier[] = [];
const make = (...args: Parameters<typeof classifier>): Classifier => {
  const model = classifier(...args);
  made.push(model);
  return model;
};
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

const embeddingOf = (model: OnlineModel, token: number): readonly number[] => [
  ...model
    .stateDict()
    .get('embeddings.weight')!
    .data.subarray(4 * token, 4 * token + 4),
];
const batch = labelledBatch({ seed: 1, size: 4, classes: 3, vocabulary: 12 });
const context = { epoch: 1, step: 0, learningRate: 0.01 };
const tokens = (...ids: readonly number[]) => ({
  size: 1,
  time: ids.length,
  tokens: Int32Array.from(ids),
  lengths: Int32Array.of(ids.length),
  ids: Int32Array.of(0),
});

describe('resizeVocabulary', () => {
  it('adds tokens that are like the unknown one, so that nothing predicted changes by a bit', () => {
    const small = make(config, { seed: 1 });
    const { config: resized, weights } = resizeVocabulary({ config, weights: small.stateDict() }, 20);
    const large = make(resized, { seed: 1, weights });
    expect(resized.vocabularySize).toBe(20);
    expect(large.logits(batch)).toEqual(small.logits(batch));
    expect(large.logits(tokens(3, 15, 19))).toEqual(small.logits(tokens(3, 1, 1)));
    expect(embeddingOf(large, 0)).toEqual([0, 0, 0, 0]);
  });

  it('cuts to the first tokens, and changes nothing of the model that it is given', () => {
    const weights = make(config, { seed: 1 }).stateDict();
    const large = resizeVocabulary({ config, weights }, 20);
    const back = resizeVocabulary(large, 12);
    expect(back).toEqual({ config, weights });
    expect(config.vocabularySize).toBe(12);
    expect(weights.get('embeddings.weight')?.shape).toEqual([12, 4]);
  });

  it.each([1, 12.5, NaN])('refuses a size of %d', (size) => {
    expect(() => resizeVocabulary({ config, weights: new Map() }, size)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE' }),
    );
  });

  it('refuses weights that are not of the configuration', () => {
    expect(() =>
      resizeVocabulary(
        { config: { ...config, vocabularySize: 13 }, weights: make(config, { seed: 1 }).stateDict() },
        20,
      ),
    ).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('a classifier that renews tokens', () => {
  it('gives them the embedding of another one, and leaves all else as it was', () => {
    const model = make(config, { seed: 1 });
    const before = model.stateDict();
    model.renewTokens([5, 7], 3);
    const after = model.stateDict();
    expect(embeddingOf(model, 5)).toEqual(embeddingOf(model, 3));
    expect(embeddingOf(model, 7)).toEqual(embeddingOf(model, 3));
    for (const token of [0, 1, 2, 3, 4, 6, 8, 11])
      expect(after.get('embeddings.weight')!.data.subarray(4 * token, 4 * token + 4)).toEqual(
        before.get('embeddings.weight')!.data.subarray(4 * token, 4 * token + 4),
      );
    for (const [name, weight] of before) if (name !== 'embeddings.weight') expect(after.get(name)).toEqual(weight);
    // What a kernel had worked out from the old embeddings is of no more use.
    expect(model.logits(tokens(5, 7))).toEqual(model.logits(tokens(3, 3)));
  });

  it('forgets what the optimizer knew of them, and nothing else', () => {
    const model = make(config, { seed: 1 });
    model.trainBatch(batch, context);
    const known = model.optimizerState();
    const token = batch.tokens[0]!;
    model.renewTokens([token], 1);
    const left = model.optimizerState();
    for (const moment of ['exp_avg', 'exp_avg_sq']) {
      const name = `embeddings.weight.${moment}`;
      const [was, is] = [known.get(name)!.data, left.get(name)!.data];
      expect([...was.subarray(4 * token, 4 * token + 4)].some((value) => value !== 0)).toBe(true);
      expect([...is]).toEqual([...was].map((value, i) => (Math.floor(i / 4) === token ? 0 : value)));
    }
    expect(left.get('step')).toEqual(known.get('step'));
    expect(left.get('fc1.weight.exp_avg')).toEqual(known.get('fc1.weight.exp_avg'));
  });

  it('keeps the padding token at zero, and refuses what is no token', () => {
    const model = make(config, { seed: 1 });
    for (const [ids, like] of [
      [[0], 1],
      [[12], 1],
      [[1.5], 1],
      [[3], 0],
      [[3], -1],
    ] as const) {
      expect(() => model.renewTokens(ids, like)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    }
    model.renewTokens([], 1);
    for (let step = 0; step < 3; step++) model.trainBatch(batch, { ...context, step });
    expect(embeddingOf(model, 0)).toEqual([0, 0, 0, 0]);
  });
});
