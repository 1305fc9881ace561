import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { batches } from '../../../src/operators/batches/batches.js';
import { prepare } from '../../../src/operators/rows/prepare.js';
import { rowsOf } from '../../../src/operators/rows/rowsOf.js';
import { withAllRows } from '../../../src/operators/rows/withAllRows.js';
import { withValidationRows } from '../../../src/operators/rows/withValidationRows.js';

const rows = Array.from({ length: 30 }, (_, id) => ({
  id,
  title: id === 7 ? '…' : `Report ${id}`,
  category: id === 11 ? 'Weather' : id % 3 === 0 ? 'Sports' : 'World',
}));

it('has all rows of a split on the train side, but those that are on none', async () => {
  const split = await lastValueFrom(
    prepare(from(rows), { shares: { train: 0.6, validation: 0.2, test: 0.2 }, rejections: { next: () => undefined } }),
  );
  const before = { rows: split.rows, weights: split.classWeights.slice() };
  const all = withAllRows(split);
  const onSides = split.rows.train + split.rows.validation + split.rows.test;
  expect(all.rows).toEqual({ train: onSides, validation: 0, test: 0 });
  const read = await lastValueFrom(rowsOf(all, 'train').pipe(toArray()));
  expect(read.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).filter((id) => split.sideOf(id) !== undefined));
  expect(all.tokenizer).toBe(split.tokenizer);
  const counts = all.labelEncoder.classes.map((name) => read.filter(({ category }) => category === name).length);
  expect([...all.classCounts.train]).toEqual(counts);
  expect([...all.classWeights]).toEqual(counts.map((count) => Math.fround(1 / count)));
  const batched = await lastValueFrom(batches(all, { side: 'train', batchSize: 4 }).pipe(toArray()));
  expect(batched.reduce((sum, { size }) => sum + size, 0)).toBe(onSides);
  expect(await lastValueFrom(batches(all, { side: 'test' }).pipe(toArray()))).toEqual([]);
  expect({ rows: split.rows, weights: split.classWeights }).toEqual(before);
});

it('joins the validation rows to the train side, and leaves the test rows where they are', async () => {
  const split = await lastValueFrom(
    prepare(from(rows), { shares: { train: 0.6, validation: 0.2, test: 0.2 }, rejections: { next: () => undefined } }),
  );
  const joined = withValidationRows(split);
  expect(joined.rows).toEqual({
    train: split.rows.train + split.rows.validation,
    validation: 0,
    test: split.rows.test,
  });
  const idsOf = async (side: 'train' | 'validation' | 'test', of = joined): Promise<number[]> =>
    (await lastValueFrom(rowsOf(of, side).pipe(toArray()))).map(({ id }) => id);
  const both = [...(await idsOf('train', split)), ...(await idsOf('validation', split))];
  expect(await idsOf('train')).toEqual(both.toSorted((a, b) => a - b));
  expect(await idsOf('validation')).toEqual([]);
  expect(await idsOf('test')).toEqual(await idsOf('test', split));
  const { train, validation, test } = joined.classCounts;
  expect([...train]).toEqual(Array.from(split.classCounts.train, (n, c) => n + split.classCounts.validation[c]!));
  expect([...validation]).toEqual([...train].map(() => 0));
  expect(test).toEqual(split.classCounts.test);
  expect([...joined.classWeights]).toEqual([...train].map((count) => Math.fround(1 / count)));
});
