import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/sinks/metrics/confusionMatrix.js';
import { scores } from '../../../src/sinks/metrics/scores.js';

describe('confusionMatrix', () => {
  it('counts true classes by row and predicted ones by column', () => {
    expect(confusionMatrix([0, 0, 1, 2], [0, 2, 1, 1], 3)).toEqual([1, 0, 1, 0, 1, 0, 0, 1, 0]);
  });

  it('refuses lists of two lengths', () => {
    expect(() => confusionMatrix([0, 1], [0], 2)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it.each([-1, 2, 0.5, NaN])('refuses the class index %s, true or predicted', (index) => {
    expect(() => confusionMatrix([index], [0], 2)).toThrow(expect.objectContaining({ code: 'HW_LABEL' }));
    expect(() => confusionMatrix([0], [index], 2)).toThrow(expect.objectContaining({ code: 'HW_LABEL' }));
  });
});

describe('scores', () => {
  it('refuses a matrix of another size', () => {
    expect(() => scores([1, 2, 3], ['a', 'b'])).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('follows from counts of each row, however they are batched', () => {
    const rows = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 60 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const truth = pairs.map(([t]) => t);
        const predicted = pairs.map(([, p]) => p);
        const names = ['a', 'b', 'c', 'd'];
        const { overall, class: perClass } = scores(confusionMatrix(truth, predicted, 4), names);
        const near = (value: number): unknown => expect.closeTo(value, 12);
        const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
        let weighted = 0;
        names.forEach((name, c) => {
          const hits = pairs.filter(([t, p]) => t === c && p === c).length;
          const precision = share(hits, predicted.filter((p) => p === c).length);
          const recall = share(hits, truth.filter((t) => t === c).length);
          const f1 = share(2 * precision * recall, precision + recall);
          weighted += f1 * truth.filter((t) => t === c).length;
          expect(perClass[name]).toEqual({
            precision: near(precision),
            recall: near(recall),
            f1: near(f1),
            num_samples: truth.filter((t) => t === c).length,
          });
        });
        expect(overall.f1).toBeCloseTo(share(weighted, pairs.length), 12);
        // The weighted recall is the accuracy.
        expect(overall.recall).toBeCloseTo(share(pairs.filter(([t, p]) => t === p).length, pairs.length), 12);
      }),
      { seed: 20, numRuns: 200 },
    );
  });
});
