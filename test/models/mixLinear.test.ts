import { describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { linearClassifier, type LinearClassifier } from '../../src/models/linear/linearClassifier.js';
import { linearConfig, type LinearOptions } from '../../src/models/linear/LinearConfig.js';
import { mixLinear } from '../../src/models/linear/mixLinear.js';

/** Rows of one feature each, and their classes. */
const batchOf = (ids: readonly number[], labels: readonly number[]): LabelledBatch => ({
  size: ids.length,
  time: 1,
  tokens: Int32Array.from(ids, () => 2),
  lengths: Int32Array.from(ids, () => 1),
  ids: Int32Array.from(ids, (_, row) => row),
  features: {
    offsets: Int32Array.from({ length: ids.length + 1 }, (_, row) => row),
    ids: Int32Array.from(ids),
    values: Float32Array.from(ids, () => 1),
  },
  labels: Int32Array.from(labels),
});

const settings = { trainRows: 3, seed: 1 };

const trained = (batch: LabelledBatch, options: Partial<LinearOptions> = {}): LinearClassifier => {
  const model = linearClassifier(linearConfig({ classes: 3, columns: 16, ...options }), settings);
  for (let step = 0; step < 5; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.5 });
  return model;
};

describe('mixLinear', () => {
  const all = batchOf([1, 4, 9, 15], [0, 1, 2, 0]);
  const one = trained(batchOf([4, 1, 9], [1, 0, 2]), { temperature: 2 });
  const other = trained(batchOf([15, 4], [0, 2]), { optimizer: 'adagrad' });

  it('has the sum of the logits, each multiplied by its share, of columns that only one of them has learnt too', () => {
    const mixture = mixLinear(
      [
        { model: one, share: 0.25 },
        { model: other, share: 2 },
      ],
      settings,
    );
    const [a, b] = [one.logits(all), other.logits(all)];
    const wanted = Array.from(a, (value, i) => 0.25 * value + 2 * b[i]!);
    Array.from(mixture.logits(all)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
    expect(Math.max(...a)).toBeGreaterThan(0.1);
    expect(Math.max(...b)).toBeGreaterThan(0.1);
  });

  it('has the configuration of the first one, without its temperature, and leaves the parts as they are', () => {
    const before = [...one.stateDict()];
    const mixture = mixLinear(
      [
        { model: one, share: 1 },
        { model: other, share: 1 },
      ],
      { ...settings, name: 'both' },
    );
    expect(mixture).toMatchObject({ name: 'both', config: { optimizer: 'sgd', temperature: 1 } });
    mixture.trainBatch(all, { epoch: 1, step: 1, learningRate: 1 });
    expect([...one.stateDict()]).toEqual(before);
  });

  it('refuses models that do not fit together, and none at all', () => {
    const wider = linearClassifier(linearConfig({ classes: 3, columns: 32 }), settings);
    expect(() =>
      mixLinear(
        [
          { model: one, share: 1 },
          { model: wider, share: 1 },
        ],
        settings,
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining('16 columns, and of 3 and 32') as string,
      }),
    );
    expect(() => mixLinear([], settings)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
