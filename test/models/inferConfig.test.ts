import { describe, expect, it } from 'vitest';
import type { Weight } from '../../src/contracts/models/StateDict.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { inferConfig } from '../../src/models/inferConfig.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';

const sizes = { vocabularySize: 11, classes: 3, embeddingDim: 5, hiddenDim: 4, fcDim: 6 };

describe('inferConfig', () => {
  it.each(['rnn', 'gru', 'lstm'] as const)(
    'tells a %s and its directions by the shapes and names of its weights',
    (cell) => {
      for (const bidirectional of [false, true]) {
        const config = classifierConfig({ ...sizes, cell, bidirectional });
        expect(inferConfig(initialWeights(config, 1))).toEqual({ _tag: 'Right', right: config });
      }
    },
  );

  const change = (edit: (weights: Map<string, Weight>) => void): Map<string, Weight> => {
    const weights = new Map(initialWeights(classifierConfig({ ...sizes, cell: 'gru' }), 1));
    edit(weights);
    return weights;
  };
  const weight = (...shape: number[]): Weight => ({
    shape,
    data: new Float32Array(shape.reduce((product, side) => product * side, 1)),
  });

  it.each<[string, Map<string, Weight>, RegExp]>([
    ['no weights', new Map(), /no matrix named embeddings\.weight or rnn\.weight_hh_l0 or fc2\.weight/],
    ['no embeddings', change((weights) => weights.delete('embeddings.weight')), /no matrix named embeddings\.weight\./],
    [
      'recurrent weights that are no matrix',
      change((weights) => weights.set('rnn.weight_hh_l0', weight(12, 4, 1))),
      /no matrix named rnn\.weight_hh_l0/,
    ],
    [
      'a cell of two gates',
      change((weights) => weights.set('rnn.weight_hh_l0', weight(8, 4))),
      /8 rows for a hidden state of 4/,
    ],
    [
      'one class',
      change((weights) => weights.set('fc2.weight', weight(1, 6)).set('fc2.bias', weight(1))),
      /11 tokens and 1 classes/,
    ],
    ['a missing bias', change((weights) => weights.delete('fc1.bias')), /fc1\.bias is missing/],
    [
      'half a reverse direction',
      change((weights) => weights.delete('rnn.bias_ih_l0_reverse')),
      /rnn\.bias_ih_l0_reverse is missing/,
    ],
    [
      'a second layer',
      change((weights) => weights.set('rnn.weight_ih_l1', weight(12, 8))),
      /it has no rnn\.weight_ih_l1/,
    ],
    [
      'a bias of another length',
      change((weights) => weights.set('fc1.bias', weight(7))),
      /fc1\.bias should be of shape \[6\], but is \[7\]/,
    ],
    [
      'fewer values than the shape says',
      change((weights) => weights.set('fc1.bias', { shape: [6], data: new Float32Array(5) })),
      /should have 6 values, but has 5/,
    ],
  ])('refuses %s', (_, weights, message) => {
    const inferred = inferConfig(weights, 'some/model.safetensors');
    expect(inferred).toMatchObject({ _tag: 'Left', left: { code: 'HW_ARTIFACT', where: 'some/model.safetensors' } });
    if (inferred._tag === 'Left') expect(inferred.left.message).toMatch(message);
  });
});
