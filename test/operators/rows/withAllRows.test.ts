import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { batches } from '../../../src/operators/batches/batches.js';
import { prepare } from '../../../src/operators/rows/prepare.js';
import { rowsOf } from '../../../src/operators/rows/rowsOf.js';
import { withAllRows } from '../../../src/operators/rows/withAllRows.js';

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
