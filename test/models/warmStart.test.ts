import { describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { linearClassifier } from '../../src/models/linear/linearClassifier.js';
import { linearConfig } from '../../src/models/linear/LinearConfig.js';
import { sumClassifier } from '../../src/models/sum/sumClassifier.js';
import { warmStart } from '../../src/models/warmStart.js';
import { wideGru } from '../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../src/models/wide/WideGruConfig.js';

const older = { tokens: ['<PAD>', '<UNK>', 'ferry', 'storm', 'relay'], classes: ['Sports', 'World'] };
/** Two tokens and a class more, and all of them at other places. */
const newer = {
  tokens: ['<PAD>', '<UNK>', 'relay', 'shares', 'ferry', 'coach', 'storm'],
  classes: ['Business', 'World', 'Sports'],
};
const COLUMNS = 16;

const wideGruOf =
  (members?: number) =>
  ({ tokens, classes }: typeof older, seed: number) =>
    wideGru(
      wideGruConfig({
        vocabularySize: tokens.length,
        classes: classes.length,
        columns: COLUMNS,
        embeddingDim: 4,
        hiddenDim: 3,
        members,
      }),
      { seed },
    );

const kinds = {
  lesson: ({ tokens, classes }: typeof older, seed: number) =>
    classifier(
      classifierConfig({
        vocabularySize: tokens.length,
        classes: classes.length,
        embeddingDim: 4,
        hiddenDim: 3,
        fcDim: 5,
      }),
      { seed },
    ),
  linear: ({ classes }: typeof older, seed: number) =>
    linearClassifier(linearConfig({ classes: classes.length, columns: COLUMNS }), { trainRows: 4, seed }),
  'wide-gru': wideGruOf(),
};
/** Kinds of models that consist of others. */
const composed = {
  'mean of wide-gru': wideGruOf(2),
  sum: (names: typeof older, seed: number) =>
    sumClassifier(
      {
        network: kinds['wide-gru'](names, seed),
        linear: kinds.linear(names, seed),
        networkWeight: 0.7,
        linearWeight: 0.4,
      },
      { name: 'sum' },
    ),
};

/** Rows of words that both vocabularies have, with the classes that both have. */
const batchOf = ({ tokens, classes }: typeof older): LabelledBatch => {
  const words = [
    ['ferry', 'storm'],
    ['relay', 'ferry'],
    ['storm', 'relay'],
  ];
  return {
    size: 3,
    time: 2,
    tokens: Int32Array.from(words.flat(), (word) => tokens.indexOf(word)),
    lengths: Int32Array.of(2, 2, 2),
    ids: Int32Array.of(0, 1, 2),
    labels: Int32Array.from(['Sports', 'World', 'World'], (name) => classes.indexOf(name)),
    features: {
      offsets: Int32Array.of(0, 1, 2, 4),
      ids: Int32Array.of(3, 5, 3, 9),
      values: Float32Array.of(1, 1, 1, 1),
    },
  };
};
const named = ({ tokens, classes }: typeof older, weights: StateDict) => ({
  weights,
  tokenizer: { tokens },
  labelEncoder: { classes },
});

describe.each(Object.entries({ ...kinds, ...composed }))('warmStart of a model of the kind %s', (_, make) => {
  const trained = (of: typeof older, seed = 1) => {
    const model = make(of, seed);
    for (let step = 0; step < 8; step++) model.trainBatch(batchOf(of), { epoch: 1, step, learningRate: 0.05 });
    return model;
  };

  it('has the new model predict what the older one does, of the tokens and classes of both', () => {
    const old = trained(older);
    const model = make(newer, 2);
    model.loadStateDict(warmStart(named(older, old.stateDict()), named(newer, model.stateDict())));
    const [before, after] = [old.logits(batchOf(older)), model.logits(batchOf(newer))];
    for (let row = 0; row < 3; row++)
      older.classes.forEach((name, c) =>
        expect(after[row * 3 + newer.classes.indexOf(name)]).toBeCloseTo(before[row * 2 + c]!, 5),
      );
    // And it goes on learning, the new class too.
    const batch = { ...batchOf(newer), labels: Int32Array.of(0, 0, 0) };
    const { loss } = model.evaluateBatch(batch);
    for (let step = 0; step < 8; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.05 });
    expect(model.evaluateBatch(batch).loss).toBeLessThan(loss);
  });

  it('keeps what the new model starts from where the older one has nothing, and changes neither', () => {
    const old = trained(older);
    const model = make(newer, 2);
    const [before, fresh] = [old.stateDict(), model.stateDict()];
    const started = warmStart(named(older, before), named(newer, fresh));
    expect([...started.keys()].sort()).toEqual([...fresh.keys()].sort());
    const table = started.get('embeddings.weight');
    if (table !== undefined) {
      const row = (of: StateDict, token: string) =>
        of.get('embeddings.weight')!.data.slice(4 * newer.tokens.indexOf(token), 4 * (newer.tokens.indexOf(token) + 1));
      expect(row(started, 'coach')).toEqual(row(fresh, 'coach'));
      expect(row(started, 'ferry')).not.toEqual(row(fresh, 'ferry'));
    }
    expect(old.stateDict()).toEqual(before);
    expect(model.stateDict()).toEqual(fresh);
  });

  it('is the same model where nothing is new', () => {
    const old = trained(older);
    const same = make(older, 9);
    same.loadStateDict(warmStart(named(older, old.stateDict()), named(older, same.stateDict())));
    const [before, after] = [old.predictBatch(batchOf(older)), same.predictBatch(batchOf(older))];
    before.forEach((p, i) => expect(after[i]).toBeCloseTo(p, 6));
  });
});

it('refuses models of other architectures and sizes', () => {
  const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
  const states = Object.values(kinds).map((make) => named(older, make(older, 1).stateDict()));
  const [lesson, linear, wide] = states as [(typeof states)[0], (typeof states)[0], (typeof states)[0]];
  for (const [from, to] of [
    [lesson, linear],
    [linear, lesson],
    [linear, wide],
    [wide, linear],
  ] as const)
    expect(() => warmStart(from, to)).toThrow(usage);
  const large = classifier(
    classifierConfig({ vocabularySize: 5, classes: 2, embeddingDim: 4, hiddenDim: 6, fcDim: 5 }),
    { seed: 1 },
  );
  expect(() => warmStart(lesson, named(older, large.stateDict()))).toThrow(usage);
  const deep = classifier(
    classifierConfig({ vocabularySize: 5, classes: 2, embeddingDim: 8, hiddenDim: 3, fcDim: 5 }),
    { seed: 1 },
  );
  expect(() => warmStart(lesson, named(older, deep.stateDict()))).toThrow(usage);
});
