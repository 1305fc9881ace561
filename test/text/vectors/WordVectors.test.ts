import { describe, expect, it } from 'vitest';
import { vectorsOf } from './make.js';

describe('WordVectors', () => {
  it('looks a word up as it is written, and then in lower case', async () => {
    const vectors = await vectorsOf({ us: [1], US: [2], für: [3], "n't": [4] });
    expect(['us', 'US', 'Us', 'FÜR', "N'T", 'them', ''].map((word) => vectors.idOf(word))).toEqual([
      1, 2, 1, 3, 4, 0, 0,
    ]);
    expect(Array.from(vectors.idsOf('US Us FÜR them'))).toEqual([2, 1, 3, 0]);
    expect(Array.from(vectors.idsOf(''))).toEqual([0]);
  });

  it('looks characters up, also where one becomes two in lower case', async () => {
    const vectors = await vectorsOf({ a: [1], 风: [2], '🏆': [3], i: [4] });
    expect(Array.from(vectors.idsOf('A风🏆 ', true))).toEqual([1, 2, 3, 0]);
    expect(Array.from(vectors.idsOf('İA', true))).toEqual([4, 1]);
    expect(Array.from(vectors.idsOf('', true))).toEqual([]);
  });

  it('rounds to int8 with one scale a row, and holds float32 as it is', async () => {
    const words = { a: [1, -0.25, 0.004], b: [0, 0, 0], c: [1e-20, -4e-20, 0] };
    const int8 = await vectorsOf(words);
    expect(Array.from(int8.rows)).toEqual([0, 0, 0, 127, -32, 1, 0, 0, 0, 32, -127, 0]);
    expect(int8.vectorOf(1)[1]).toBeCloseTo(-32 / 127, 6);
    expect(Array.from(int8.vectorOf(2))).toEqual([0, 0, 0]);
    expect(Array.from(int8.vectorOf(0))).toEqual([0, 0, 0]);
    const exact = await vectorsOf(words, { precision: 'float32' });
    expect(exact.vectorOf(1)).toEqual(Float32Array.of(1, -0.25, 0.004));
    expect([exact.scales, exact.precision]).toEqual([undefined, 'float32']);
  });
});
