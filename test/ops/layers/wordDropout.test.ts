import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { wordDropout } from '../../../src/ops/layers/wordDropout.js';
import { featureDropout } from '../../../src/ops/sparse/featureDropout.js';
import { everyBackend } from '../everyBackend.js';

const place = { rate: 0.25, seed: 1234, epoch: 2, step: 5, site: 1 };

describe.each(everyBackend)('wordDropout on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it('drops whole tokens, scales the others, and sends gradients the same way', () => {
    tf.tidy(() => {
      const y = wordDropout(tf.ones([40, 50, 3]), place).dataSync();
      const scale = Math.fround(1 / 0.75);
      let dropped = 0;
      for (let token = 0; token < 2000; token++) {
        const [first, ...rest] = y.slice(token * 3, token * 3 + 3);
        expect(first === 0 || first === scale).toBe(true);
        expect([...rest]).toEqual([first, first]);
        if (first === 0) dropped++;
      }
      expect(dropped).toBeGreaterThan(430);
      expect(dropped).toBeLessThan(570);
      const dx = tf.grad((x) => wordDropout(x, place))(tf.zeros([40, 50, 3]), tf.ones([40, 50, 3]));
      expect(dx.dataSync()).toEqual(y);
    });
  });

  it('drops the same of words that stand in no rows', () => {
    tf.tidy(() => {
      const inRows = wordDropout(tf.ones([4, 5, 3]), place);
      const alone = wordDropout(tf.ones([20, 3]), place);
      expect(alone.shape).toEqual([20, 3]);
      expect(alone.dataSync()).toEqual(inRows.dataSync());
    });
  });

  it('is what it is given where nothing is to be dropped', () => {
    tf.tidy(() => {
      const x = tf.ones([1, 2, 3]);
      expect(wordDropout(x, { ...place, rate: 0 })).toBe(x);
      expect(wordDropout(x, { ...place, training: false })).toBe(x);
    });
  });

  it('refuses another rate or rank', () => {
    tf.tidy(() => {
      for (const rate of [1, -0.1, NaN])
        expect(() => wordDropout(tf.ones([1, 2, 3]), { ...place, rate })).toThrow(/rate/);
      expect(() => wordDropout(tf.ones([3]), place)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});

it('wordDropout drops the same tokens on every backend', async () => {
  const drops: Float32Array[] = [];
  for (const backend of everyBackend) {
    await tf.setBackend(backend);
    drops.push(
      tf.tidy(() =>
        wordDropout(tf.ones([3, 7, 5]), place)
          .dataSync<'float32'>()
          .slice(),
      ),
    );
  }
  for (const one of drops) expect(one).toEqual(drops[0]);
});

describe('featureDropout', () => {
  const features = {
    offsets: Int32Array.of(0, 3, 3, 2003),
    ids: Int32Array.from({ length: 2003 }, (_, i) => i),
    values: new Float32Array(2003).fill(3),
  };

  it('leaves entries out and scales the others', () => {
    const { offsets, ids, values } = featureDropout(features, place);
    expect(offsets).toHaveLength(4);
    expect([offsets[0], offsets[3]]).toEqual([0, ids.length]);
    expect(offsets[2]).toBe(offsets[1]);
    expect(ids.subarray(0, offsets[1]).every((id) => id < 3)).toBe(true);
    expect(ids.subarray(offsets[2]).every((id) => id >= 3)).toBe(true);
    expect(new Set(values)).toEqual(new Set([4]));
    expect(values).toHaveLength(ids.length);
    expect(ids.length).toBeGreaterThan(1420);
    expect(ids.length).toBeLessThan(1580);
    expect(featureDropout(features, place)).toEqual({ offsets, ids, values });
    expect(featureDropout(features, { ...place, step: 6 }).ids).not.toEqual(ids);
  });

  it('drops the same of words that stand in no rows', () => {
    tf.tidy(() => {
      const inRows = wordDropout(tf.ones([4, 5, 3]), place);
      const alone = wordDropout(tf.ones([20, 3]), place);
      expect(alone.shape).toEqual([20, 3]);
      expect(alone.dataSync()).toEqual(inRows.dataSync());
    });
  });

  it('is what it is given where nothing is to be left out, and refuses another rate', () => {
    expect(featureDropout(features, { ...place, rate: 0 })).toBe(features);
    expect(featureDropout(features, { ...place, training: false })).toBe(features);
    expect(() => featureDropout(features, { ...place, rate: 1 })).toThrow(/rate is 1/);
  });
});
