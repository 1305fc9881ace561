import fc from 'fast-check';
import { from, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { LabelledTokens } from '../../../src/contracts/rows/Row.js';
import { bucketByLength, type BucketByLengthOptions } from '../../../src/operators/batches/bucketByLength.js';

const run = { seed: 3, numRuns: 400 };

const anyRows: fc.Arbitrary<readonly LabelledTokens[]> = fc
  .array(fc.tuple(fc.array(fc.integer({ min: 1, max: 1e6 }), { maxLength: 30 }), fc.nat({ max: 3 })), {
    maxLength: 120,
  })
  .map((drawn) => drawn.map(([tokens, label], id) => ({ id, tokens: Int32Array.from(tokens), label })));
const anyBoundaries = fc
  .uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 6 })
  .map((all) => all.toSorted((a, b) => a - b));
const anyBatchSize = fc.integer({ min: 1, max: 12 });

const batchesOf = (rows: readonly LabelledTokens[], options: BucketByLengthOptions): LabelledBatch[] => {
  const batches: LabelledBatch[] = [];
  from(rows)
    .pipe(bucketByLength(options))
    .subscribe((batch) => batches.push(batch));
  return batches;
};

/** The rows of a batch, as they were before it was padded. */
const rowsOf = ({ size, time, tokens, lengths, ids, labels }: LabelledBatch): LabelledTokens[] =>
  Array.from({ length: size }, (_, at) => ({
    id: ids[at] ?? -1,
    tokens: tokens.slice(at * time, at * time + (lengths[at] ?? 0)),
    label: labels[at] ?? -1,
  }));

const byId = (a: LabelledTokens, b: LabelledTokens): number => a.id - b.id;
const withATokenAtLeast = (row: LabelledTokens): LabelledTokens =>
  row.tokens.length === 0 ? { ...row, tokens: Int32Array.of(1) } : row;

describe('bucketByLength', () => {
  it('covers its input exactly: every row once, with its tokens and its label', () => {
    fc.assert(
      fc.property(anyRows, anyBatchSize, anyBoundaries, (rows, batchSize, boundaries) => {
        const batches = batchesOf(rows, { batchSize, boundaries });
        expect(batches.flatMap(rowsOf).toSorted(byId)).toEqual(rows.map(withATokenAtLeast));
      }),
      run,
    );
  });

  it('fills every batch but the last, and pads with nothing but padding', () => {
    fc.assert(
      fc.property(anyRows, anyBatchSize, anyBoundaries, (rows, batchSize, boundaries) => {
        const batches = batchesOf(rows, { batchSize, boundaries });
        batches.forEach((batch, at) => {
          if (at < batches.length - 1) expect(batch.size).toBe(batchSize);
          expect(batch.time).toBe(Math.max(...batch.lengths));
          expect(batch.tokens).toHaveLength(batch.size * batch.time);
          batch.tokens.forEach((token, i) =>
            expect(token === 0).toBe(i % batch.time >= (batch.lengths[Math.floor(i / batch.time)] ?? 0)),
          );
        });
      }),
      { ...run, numRuns: 100 },
    );
  });

  it('with dropLast drops less than one batch in all', () => {
    fc.assert(
      fc.property(anyRows, anyBatchSize, anyBoundaries, (rows, batchSize, boundaries) => {
        const dropped: number[] = [];
        const batches = batchesOf(rows, {
          batchSize,
          boundaries,
          dropLast: true,
          dropped: { next: ({ id }) => dropped.push(id) },
        });
        expect(dropped.length).toBeLessThan(batchSize);
        const kept = batches.flatMap(({ ids }) => [...ids]);
        expect([...kept, ...dropped].toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
        expect(batches.every(({ size }) => size === batchSize)).toBe(true);
      }),
      run,
    );
  });

  it('keeps the order of the rows with no boundaries', () => {
    fc.assert(
      fc.property(anyRows, anyBatchSize, (rows, batchSize) => {
        const batches = batchesOf(rows, { batchSize, boundaries: [] });
        expect(batches.flatMap(({ ids }) => [...ids])).toEqual(rows.map(({ id }) => id));
      }),
      run,
    );
  });

  it('puts rows of one bucket together until the source completes', () => {
    fc.assert(
      fc.property(anyRows, anyBatchSize, anyBoundaries, (rows, batchSize, boundaries) => {
        const bucketOf = (length: number): number => boundaries.filter((boundary) => length > boundary).length;
        const source = new Subject<LabelledTokens>();
        const batches: LabelledBatch[] = [];
        source.pipe(bucketByLength({ batchSize, boundaries })).subscribe((batch) => batches.push(batch));
        for (const row of rows) source.next(row);
        // Not completed: so these are the batches of full buckets.
        for (const { lengths, size } of batches) {
          expect(new Set(Array.from(lengths, bucketOf)).size).toBe(1);
          expect(size).toBe(batchSize);
        }
        const counts = rows.reduce((all, row) => {
          const bucket = bucketOf(Math.max(1, row.tokens.length));
          return all.set(bucket, (all.get(bucket) ?? 0) + 1);
        }, new Map<number, number>());
        expect(batches).toHaveLength(
          [...counts.values()].reduce((sum, count) => sum + Math.floor(count / batchSize), 0),
        );
      }),
      run,
    );
  });
});
