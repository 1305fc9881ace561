import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationScores } from '../../../src/operators/training/internal/ValidationScores.js';
import { confusionMatrix } from '../../../src/sinks/metrics/confusionMatrix.js';
import { scores } from '../../../src/sinks/metrics/scores.js';

const classes = 3;
const scored = (labels: readonly number[], probabilities: readonly number[]): ValidationScores => {
  const counted = new ValidationScores(classes);
  counted.add(Int32Array.from(labels), Float32Array.from(probabilities));
  return counted;
};

describe('validation scores', () => {
  it('are those of the confusion matrix, in however many batches the rows come', () => {
    const row = fc.tuple(fc.nat({ max: classes - 1 }), fc.nat({ max: classes - 1 }));
    fc.assert(
      fc.property(
        fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        (batches) => {
          const counted = new ValidationScores(classes);
          for (const rows of batches)
            counted.add(
              Int32Array.from(rows, ([label]) => label),
              Float32Array.from(rows.flatMap(([, predicted]) => [0, 1, 2].map((c) => (c === predicted ? 0.8 : 0.1)))),
            );
          const all = batches.flat();
          const [labels, predicted] = [all.map(([label]) => label), all.map(([, of]) => of)];
          const occurring = [0, 1, 2].filter((c) => labels.includes(c) || predicted.includes(c));
          const byClass = scores(confusionMatrix(labels, predicted, classes), ['0', '1', '2']).class;
          expect(counted.accuracy).toBeCloseTo(all.filter(([label, of]) => label === of).length / all.length, 12);
          expect(counted.macroF1).toBeCloseTo(
            occurring.reduce((sum, c) => sum + (byClass[c]?.f1 ?? NaN), 0) / occurring.length,
            12,
          );
        },
      ),
      { seed: 23 },
    );
  });

  it('take the first of equals', () => {
    expect(scored([0, 1], [0.4, 0.4, 0.2, 0.4, 0.4, 0.2]).accuracy).toBe(0.5);
  });

  it('count a row without probabilities as wrong', () => {
    const counted = scored([0, 1], [NaN, NaN, NaN, 0.1, 0.9, 0]);
    expect(counted.accuracy).toBe(0.5);
    expect(counted.macroF1).toBe(0.5);
  });
});
