import { firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../../src/sinks/metrics/metrics.js';
import { evaluated } from '../batches.js';

describe('metrics', () => {
  it('refuses an empty list of names, and a name given twice, before anything is subscribed to', () => {
    expect(() => metrics([])).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => metrics(['Sports', 'World', 'Sports'])).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('has each class name as a property of its own, __proto__ included, and keeps the order of the encoder', async () => {
    const classes = ['b', '__proto__', '2', '1', 'constructor'];
    const report = await firstValueFrom(of(evaluated([0, 1, 2, 3, 4], [0, 1, 2, 3, 0])).pipe(metrics(classes)));
    expect(Object.keys(report.performance.class).sort()).toEqual([...classes].sort());
    expect(Object.getOwnPropertyDescriptor(report.performance.class, '__proto__')?.value).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
      num_samples: 1,
    });
    expect(Object.getPrototypeOf(report.performance.class)).toBe(Object.prototype);
    expect(report.classes).toEqual(classes);
    const written = JSON.stringify(report.performance);
    expect(written).toContain('"__proto__":{"precision":1');
  });

  it('weights the loss of each batch, and leaves out a batch whose rows weigh nothing', async () => {
    const batches = of(evaluated([0], [0], 3, 0.25), evaluated([0], [0], NaN, 0), evaluated([0, 1], [0, 1], 1, 0.75));
    const report = await firstValueFrom(batches.pipe(metrics(['a', 'b'])));
    expect(report.loss).toBeCloseTo(1.5, 12);
    expect(report.rows).toBe(4);
  });

  it('keeps a loss that is not finite: a diverged model must be seen', async () => {
    const report = await firstValueFrom(of(evaluated([0], [0], NaN, 1)).pipe(metrics(['a'])));
    expect(report.loss).toBeNaN();
  });
});
