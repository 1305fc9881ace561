import { describe, expect, it } from 'vitest';
import type { Weight } from '../../src/contracts/models/StateDict.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';
import { weightShapes } from '../../src/models/internal/weightShapes.js';

const config = classifierConfig({ cell: 'gru', vocabularySize: 1000, classes: 4, padIndex: 3 });

const moments = ({ data }: Weight): { mean: number; deviation: number; least: number; most: number } => {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
  return { mean, deviation, least: data.reduce((a, b) => Math.min(a, b)), most: data.reduce((a, b) => Math.max(a, b)) };
};

describe('initialWeights', () => {
  it("has PyTorch's names, shapes and order", () => {
    const weights = initialWeights(config, 1);
    expect([...weights.keys()]).toEqual([
      'embeddings.weight',
      'rnn.weight_ih_l0',
      'rnn.weight_hh_l0',
      'rnn.bias_ih_l0',
      'rnn.bias_hh_l0',
      'rnn.weight_ih_l0_reverse',
      'rnn.weight_hh_l0_reverse',
      'rnn.bias_ih_l0_reverse',
      'rnn.bias_hh_l0_reverse',
      'fc1.weight',
      'fc1.bias',
      'fc2.weight',
      'fc2.bias',
    ]);
    for (const [name, shape] of weightShapes(config)) {
      expect(weights.get(name)!.shape).toEqual(shape);
      expect(weights.get(name)!.data).toHaveLength(shape.reduce((product, side) => product * side, 1));
    }
    expect(weightShapes(config).get('rnn.weight_ih_l0')).toEqual([384, 100]);
    expect(weightShapes(config).get('fc1.weight')).toEqual([100, 256]);
    expect(
      [...weightShapes({ ...config, cell: 'lstm', bidirectional: false })].filter(
        ([name]) => name.startsWith('rnn') || name === 'fc1.weight',
      ),
    ).toEqual([
      ['rnn.weight_ih_l0', [512, 100]],
      ['rnn.weight_hh_l0', [512, 128]],
      ['rnn.bias_ih_l0', [512]],
      ['rnn.bias_hh_l0', [512]],
      ['fc1.weight', [100, 128]],
    ]);
  });

  it('draws embeddings from N(0, 1), and leaves the padding token at zero', () => {
    const embeddings = initialWeights(config, 1).get('embeddings.weight')!;
    const { mean, deviation, least, most } = moments(embeddings);
    // 99,900 draws: four standard errors of the mean are 0.013, of the deviation 0.009.
    expect(Math.abs(mean)).toBeLessThan(0.013);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.01);
    expect(least).toBeLessThan(-3.5);
    expect(most).toBeGreaterThan(3.5);
    expect(embeddings.data.subarray(300, 400).every((value) => value === 0)).toBe(true);
    expect(embeddings.data.filter((value) => value === 0)).toHaveLength(100);
  });

  it.each([
    ['rnn.weight_ih_l0', 128],
    ['rnn.weight_hh_l0_reverse', 128],
    ['rnn.bias_hh_l0', 128],
    ['fc1.weight', 256],
    ['fc1.bias', 256],
    ['fc2.weight', 100],
    ['fc2.bias', 100],
  ])('draws %s from U(±1/√%d)', (name, inputs) => {
    const weight = initialWeights(config, 1).get(name)!;
    const bound = 1 / Math.sqrt(inputs);
    const { mean, deviation, least, most } = moments(weight);
    expect(least).toBeGreaterThanOrEqual(-bound);
    expect(most).toBeLessThanOrEqual(bound);
    if (weight.data.length < 100) return;
    const error = (4 * bound) / Math.sqrt(weight.data.length);
    expect(Math.abs(mean)).toBeLessThan(error);
    expect(Math.abs(deviation - bound / Math.sqrt(3))).toBeLessThan(error);
    expect(most - least).toBeGreaterThan(1.9 * bound);
  });

  it('is decided by the seed', () => {
    expect(initialWeights(config, 1)).toEqual(initialWeights(config, 1));
    expect(initialWeights(config, 1)).not.toEqual(initialWeights(config, 2));
  });
});
