import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/sinks/metrics/confusionMatrix.js';
import { scores } from '../../../src/sinks/metrics/scores.js';
import { commonestClass, macroScores } from '../../../src/sinks/metrics/simpleAnswers.js';

const measured = (classes: readonly string[], truth: readonly number[], predicted: readonly number[]) => {
  const confusion = confusionMatrix(truth, predicted, classes.length);
  return { classes, confusion, performance: scores(confusion, classes) };
};

describe('macroScores', () => {
  it('counts each class alike, as scikit-learn does', () => {
    // precision_recall_fscore_support([0, 0, 0, 1, 2], [0, 0, 1, 1, 1], average='macro', zero_division=0)
    const macro = macroScores(measured(['a', 'b', 'c'], [0, 0, 0, 1, 2], [0, 0, 1, 1, 1]));
    expect(macro.precision).toBeCloseTo(0.4444444444444444, 12);
    expect(macro.recall).toBeCloseTo(0.5555555555555556, 12);
    expect(macro.f1).toBeCloseTo(0.43333333333333335, 12);
    expect(macro.num_samples).toBe(5);
  });

  it('leaves out classes that no row has and none was predicted to have', () => {
    expect(macroScores(measured(['a', 'b', 'never', '__proto__'], [0, 1, 3], [0, 1, 3])).f1).toBe(1);
    expect(macroScores(measured(['a', 'b'], [], [])).f1).toBe(0);
  });
});

describe('commonestClass', () => {
  it('has the scores of answering one class always', () => {
    const truth = [1, 0, 1, 2, 1];
    const report = measured(['a', 'b', 'c', 'never'], truth, [0, 0, 0, 0, 0]);
    const always = measured(
      report.classes,
      truth,
      truth.map(() => 1),
    );
    const commonest = commonestClass(report);
    expect(commonest?.name).toBe('b');
    expect(commonest?.accuracy).toBeCloseTo(3 / 5, 12);
    expect(commonest?.weightedF1).toBeCloseTo(always.performance.overall.f1, 12);
    expect(commonest?.macroF1).toBeCloseTo(macroScores(always).f1, 12);
  });

  it('is none where there are no rows', () => {
    expect(commonestClass(measured(['a', 'b'], [], []))).toBeUndefined();
  });
});
