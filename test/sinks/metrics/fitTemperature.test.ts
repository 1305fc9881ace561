import { describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { fitTemperature } from '../../../src/sinks/metrics/fitTemperature.js';
import { temper } from '../../../src/models/temper.js';

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};

/** Rows whose classes are drawn from softmax(logits / sharper): so that `sharper` is the temperature to find. */
const drawn = (rows: number, sharper: number) => {
  const draw = random(7, 'test');
  const logits: number[] = [];
  const labels: number[] = [];
  for (let b = 0; b < rows; b++) {
    const row = Array.from({ length: 4 }, () => (draw.uniform() - 0.5) * 12);
    const probabilities = softmax(row.map((z) => z / sharper));
    let left = draw.uniform();
    const label = probabilities.findIndex((p) => (left -= p) < 0);
    logits.push(...row);
    labels.push(label < 0 ? 3 : label);
  }
  return { logits, labels };
};

/** The mean negative log-likelihood, straight from its definition. */
const likelihood = (logits: readonly number[], labels: readonly number[], temperature: number): number => {
  const C = logits.length / labels.length;
  const losses = labels.map((label, b) => {
    const row = logits.slice(b * C, (b + 1) * C).map((z) => z / temperature);
    return -Math.log(softmax(row)[label]!);
  });
  return losses.reduce((a, b) => a + b) / labels.length;
};

describe('fitTemperature', () => {
  it.each([0.5, 1, 3])('finds the temperature %f that the classes were drawn by', (sharper) => {
    const { logits, labels } = drawn(20_000, sharper);
    const { temperature, rows } = fitTemperature({ logits, labels });
    expect(temperature / sharper).toBeGreaterThan(0.96);
    expect(temperature / sharper).toBeLessThan(1.04);
    expect(rows).toBe(20_000);
  });

  it('is at the minimum of the likelihood, and tells it before and after', () => {
    const { logits, labels } = drawn(300, 2.5);
    const { temperature, before, after } = fitTemperature({ logits, labels });
    expect(before).toBeCloseTo(likelihood(logits, labels, 1), 10);
    expect(after).toBeCloseTo(likelihood(logits, labels, temperature), 10);
    for (const other of [0.99, 1.01]) expect(likelihood(logits, labels, temperature * other)).toBeGreaterThan(after);
  });

  it('finds the same from probabilities as from logits', () => {
    const { logits, labels } = drawn(200, 2);
    const probabilities = labels.flatMap((_, b) => softmax(logits.slice(4 * b, 4 * b + 4)));
    expect(fitTemperature({ probabilities, labels }).temperature).toBeCloseTo(
      fitTemperature({ logits, labels }).temperature,
      8,
    );
  });

  it('stays within its bounds where a model is always right, or always wrong', () => {
    expect(fitTemperature({ logits: [2, 0, 0, 2], labels: [0, 1] }).temperature).toBeCloseTo(0.05, 6);
    expect(fitTemperature({ logits: [2, 0, 0, 2], labels: [1, 0] }).temperature).toBeCloseTo(20, 6);
  });

  it('is no surer with smooth than N rows can tell, of a model that is always right', () => {
    // Two rows: the class counts as 3/4, so the logits 2 and 0 become ln 3 and 0.
    const two = fitTemperature({ logits: [2, 0, 0, 2], labels: [0, 1] }, { smooth: true });
    expect(two.temperature).toBeCloseTo(2 / Math.log(3), 6);
    expect(two.before).toBeCloseTo(likelihood([2, 0, 0, 2], [0, 1], 1), 10);
    expect(two.after).toBeCloseTo(-Math.log(0.75), 6);
    // The other two classes share the rest: 1/8 each beside 3/4.
    const three = fitTemperature({ logits: [2, 0, 0, 0, 2, 0], labels: [0, 1] }, { smooth: true });
    expect(three.temperature).toBeCloseTo(2 / Math.log(6), 6);
  });

  it('is the same with smooth, nearly, of many rows', () => {
    const { logits, labels } = drawn(20_000, 2);
    const plain = fitTemperature({ logits, labels }).temperature;
    expect(fitTemperature({ logits, labels }, { smooth: true }).temperature / plain).toBeCloseTo(1, 2);
  });

  it('leaves a model as it is where no temperature changes anything', () => {
    expect(fitTemperature({ logits: [1, 1, 1], labels: [2] })).toMatchObject({ temperature: 1, rows: 1 });
  });

  it('takes a probability that float32 rounded to 0', () => {
    const { temperature } = fitTemperature({ probabilities: [1, 0, 1, 0, 1, 0], labels: [0, 0, 1] });
    expect(temperature).toBeCloseTo(20, 6);
  });

  it('refuses rows that it cannot read', () => {
    const refused = (code: string): unknown => expect.objectContaining({ code });
    expect(() => fitTemperature({ logits: [], labels: [] })).toThrow(refused('HW_EMPTY'));
    expect(() => fitTemperature({ logits: [1, 2, 3], labels: [0, 0] })).toThrow(refused('HW_USAGE'));
    expect(() => fitTemperature({ logits: [1, 2], labels: [2] })).toThrow(refused('HW_LABEL'));
    expect(() => fitTemperature({ logits: [1, NaN], labels: [0] })).toThrow(refused('HW_NUMERIC'));
    expect(() => fitTemperature({ probabilities: [1.1, -0.1], labels: [0] })).toThrow(refused('HW_NUMERIC'));
  });
});

describe('temper', () => {
  it('gives the probabilities of the divided logits', () => {
    const logits = [3, -1, 0.5];
    const expected = softmax(logits.map((z) => z / 2.5));
    const tempered = temper(Float32Array.from([...softmax(logits), ...softmax(logits)]), 3, 2.5);
    [...expected, ...expected].forEach((p, i) => expect(tempered[i]).toBeCloseTo(p, 6));
  });

  it('keeps a sum of 1 and the most probable class at any temperature', () => {
    for (const temperature of [0.05, 0.5, 20]) {
      const [first, second, third] = temper(Float32Array.of(0.2, 0.5, 0.3), 3, temperature);
      expect(first! + second! + third!).toBeCloseTo(1, 6);
      expect(second).toBeGreaterThan(third!);
      expect(third).toBeGreaterThan(first!);
    }
  });

  it('copies at the temperature 1, and changes nothing that it was given', () => {
    const given = Float32Array.of(0.7, 0.3);
    const copied = temper(given, 2, 1);
    expect(copied).toEqual(given);
    expect(copied).not.toBe(given);
    temper(given, 2, 3);
    expect(given).toEqual(Float32Array.of(0.7, 0.3));
  });

  it('refuses a temperature of 0, and less', () => {
    for (const temperature of [0, -1, NaN])
      expect(() => temper(Float32Array.of(1), 1, temperature)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
