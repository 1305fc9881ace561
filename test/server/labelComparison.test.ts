import { describe, expect, it } from 'vitest';
import { random } from '../../src/contracts/random.js';
import { sequentialP, wilson } from '../../src/server/generations/LabelComparison.js';

describe('the comparison of two models on labels', () => {
  it("gives Wilson's interval", () => {
    const [low, high] = wilson(15, 20);
    expect(low).toBeCloseTo(0.5313, 4);
    expect(high).toBeCloseTo(0.8881, 4);
    expect(wilson(0, 10)[0]).toBeCloseTo(0);
    expect(wilson(10, 10)[1]).toBeCloseTo(1);
  });

  it('depends on the counts only, and needs more evidence than one look would', () => {
    expect(sequentialP(0, 0)).toBe(1);
    // The inverse of 2ⁿ·B(a + 1, b + 1).
    expect(sequentialP(10, 0)).toBeCloseTo(11 / 2 ** 10, 10);
    expect(sequentialP(3, 9)).toBeCloseTo(sequentialP(9, 3), 10);
    expect(sequentialP(300, 100)).toBeLessThan(1e-10);
  });

  it('finds a difference between equal models in less than one of twenty comparisons, however often it is looked at', () => {
    const dice = random(3, 'test');
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const counts: [number, number] = [0, 0];
      for (let label = 0; label < 200; label++) {
        counts[dice.uniform() < 0.5 ? 0 : 1] += 1;
        if (sequentialP(...counts) < 0.05) {
          found += 1;
          break;
        }
      }
    }
    expect(found).toBeLessThanOrEqual(10);
  });
});
