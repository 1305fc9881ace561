import { firstValueFrom, of } from 'rxjs';
import { expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/sinks/metrics/confusionMatrix.js';
import { metrics } from '../../../src/sinks/metrics/metrics.js';
import { scores } from '../../../src/sinks/metrics/scores.js';
import { describeWithShared, readGolden } from '../../shared.js';
import { evaluated } from '../batches.js';

interface MetricsGolden {
  readonly cases: readonly {
    readonly classes: number;
    readonly y_true: readonly number[];
    readonly y_pred: readonly number[];
    readonly weighted: readonly [number, number, number];
    readonly precision: readonly number[];
    readonly recall: readonly number[];
    readonly f1: readonly number[];
    readonly support: readonly number[];
  }[];
}

describeWithShared('metrics equal scikit-learn', () => {
  const { cases } = readGolden('metrics.json') as MetricsGolden;

  it('has cases', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases.map((golden, index) => ({ golden, index })))('case $index', async ({ golden }) => {
    const names = Array.from({ length: golden.classes }, (_, c) => `class ${c}`);
    const { overall, class: perClass } = scores(confusionMatrix(golden.y_true, golden.y_pred, golden.classes), names);

    // Equality up to the order in which numpy adds.
    const near = (value: number): unknown => expect.closeTo(value, 14);
    expect([overall.precision, overall.recall, overall.f1]).toEqual(golden.weighted.map(near));
    expect(overall.num_samples).toBe(golden.y_true.length);
    expect(names.map((name) => perClass[name])).toEqual(
      names.map((_, c) => ({
        precision: near(golden.precision[c] ?? NaN),
        recall: near(golden.recall[c] ?? NaN),
        f1: near(golden.f1[c] ?? NaN),
        num_samples: golden.support[c],
      })),
    );

    // The operator, over batches of three, says the same.
    const batches = Array.from({ length: Math.ceil(golden.y_true.length / 3) }, (_, i) =>
      evaluated(golden.y_true.slice(3 * i, 3 * i + 3), golden.y_pred.slice(3 * i, 3 * i + 3)),
    );
    const report = await firstValueFrom(of(...batches).pipe(metrics(names)));
    expect(report.performance).toEqual({ overall, class: perClass });
    expect(report.accuracy).toBeCloseTo(
      golden.y_true.filter((t, i) => t === golden.y_pred[i]).length / golden.y_true.length,
      14,
    );
  });
});
