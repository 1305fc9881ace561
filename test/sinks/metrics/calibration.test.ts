import { firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EvaluatedBatch } from '../../../src/contracts/training/Evaluation.js';
import { fitTemperature } from '../../../src/sinks/metrics/fitTemperature.js';
import { reliability } from '../../../src/sinks/metrics/reliability.js';
import { temperature } from '../../../src/sinks/metrics/temperature.js';
import { evaluated } from '../batches.js';

/** Rows that were predicted to be of class 0 with so much confidence, and are or are not. */
const predictions = (rows: readonly (readonly [confidence: number, right: boolean])[]): EvaluatedBatch => ({
  ...evaluated(
    rows.map(([, right]) => (right ? 0 : 1)),
    rows.map(() => 0),
  ),
  probabilities: Float32Array.from(rows.flatMap(([confidence]) => [confidence, 1 - confidence])),
});

const times = (count: number, confidence: number, right: boolean) =>
  Array.from({ length: count }, () => [confidence, right] as const);

describe('reliability', () => {
  it('weights the gap of each bin by its rows', async () => {
    const rows = [...times(8, 0.95, true), ...times(2, 0.95, false), ...times(3, 0.55, true), ...times(7, 0.55, false)];
    const { ece, bins, accuracy, confidence } = await firstValueFrom(
      of(predictions(rows.slice(0, 5)), predictions(rows.slice(5))).pipe(reliability({ bins: 10 })),
    );
    expect(ece).toBeCloseTo(0.5 * 0.15 + 0.5 * 0.25, 6);
    expect(bins.map(({ rows }) => rows)).toEqual([0, 0, 0, 0, 0, 10, 0, 0, 0, 10]);
    expect(bins[5]!.accuracy).toBeCloseTo(0.3, 6);
    expect(bins[5]!.confidence).toBeCloseTo(0.55, 6);
    expect(accuracy).toBeCloseTo(0.55, 6);
    expect(confidence).toBeCloseTo(0.75, 6);
  });

  it('puts a confidence of 1 into the last bin', async () => {
    const { bins } = await firstValueFrom(of(predictions(times(3, 1, true))).pipe(reliability({ bins: 4 })));
    expect(bins[3]).toEqual({ from: 0.75, to: 1, rows: 3, confidence: 1, accuracy: 1 });
  });

  it('finds the lowest confidence from which on 95 % are right', async () => {
    const rows = [
      ...times(30, 0.99, true),
      ...times(8, 0.75, true),
      ...times(2, 0.6875, false),
      ...times(1, 0.625, true),
      ...times(9, 0.5, false),
    ];
    const result = await firstValueFrom(of(predictions(rows)).pipe(reliability()));
    // With both at 0.6875 38 of 40 are right, which is 95 %; with the one at 0.625 it is 39 of 41.
    expect(result.sure).toEqual({ confidence: 0.625, rows: 41, accuracy: 39 / 41 });
    const stricter = await firstValueFrom(of(predictions(rows)).pipe(reliability({ right: 0.96 })));
    expect(stricter.sure).toEqual({ confidence: 0.75, rows: 38, accuracy: 1 });
  });

  it('tells a threshold that the confidences themselves are not below', async () => {
    // 0.7 in float32 is below 0.7.
    const { sure } = await firstValueFrom(of(predictions(times(20, 0.7, true))).pipe(reliability()));
    expect(sure!.confidence).toBe(0.6999);
  });

  it('tells no such confidence of fewer than 20 predictions', async () => {
    const { sure } = await firstValueFrom(of(predictions(times(19, 0.99, true))).pipe(reliability()));
    expect(sure).toBeUndefined();
  });

  it('refuses options that cannot work', () => {
    for (const options of [{ bins: 0 }, { bins: 1.5 }, { bins: 10_001 }, { right: 0 }, { right: 1.1 }])
      expect(() => reliability(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('temperature', () => {
  it('takes rows evenly from all of them where they are more than it holds', async () => {
    // Of 10 rows with room for 4: the rows 0, 4 and 8.
    const rows = Array.from({ length: 10 }, (_, i) => [0.6 + 0.03 * i, i % 3 === 0] as const);
    const held = [0, 4, 8].map((i) => rows[i]!);
    const { probabilities, labels } = predictions(held);
    const fitted = await firstValueFrom(
      of(predictions(rows.slice(0, 3)), predictions(rows.slice(3))).pipe(temperature({ maxRows: 4 })),
    );
    expect(fitted).toEqual(fitTemperature({ probabilities, labels }));
  });

  it('refuses batches of different models, and room for no rows', async () => {
    const wide = { ...evaluated([0], [0]), probabilities: Float32Array.of(0.5, 0.3, 0.2) };
    await expect(firstValueFrom(of(predictions([[0.9, true]]), wide).pipe(temperature()))).rejects.toMatchObject({
      code: 'HW_USAGE',
    });
    expect(() => temperature({ maxRows: 1 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
