import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accuracyOf } from '../../bench/accuracyOf.js';
import { registerBackend, sampleCsv } from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
const data = join(folder, 'sample.csv');

beforeAll(() => {
  registerBackend();
  writeFileSync(data, [...sampleCsv({ rows: 600 })].join(''));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('accuracyOf', () => {
  it('measures the GRU and the linear baseline on the same test rows, equal for the same seed', async () => {
    const measure = (seed: number) => lastValueFrom(accuracyOf({ data, seed, epochs: 2, backend: 'headwater' }));
    const [once, again, other] = [await measure(1), await measure(1), await measure(2)];
    expect(once).toMatchObject({ seed: 1, gru: { bestEpoch: 2 } });
    expect(once.trainRows).toBeGreaterThan(410);
    expect(once.testRows).toBeGreaterThan(80);
    // Two epochs on some 400 rows teach the GRU little, and chance is 0.25; the linear model has what it needs.
    expect(once.gru.f1).toBeGreaterThan(0.3);
    expect(once.linear.f1).toBeGreaterThan(0.75);
    expect([again.gru.f1, again.linear.f1]).toEqual([once.gru.f1, once.linear.f1]);
    expect([other.gru.f1, other.linear.f1]).not.toEqual([once.gru.f1, once.linear.f1]);
  });
});
