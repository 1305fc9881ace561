import { concatMap, from, lastValueFrom, map, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { Row } from '../../../src/contracts/rows/Row.js';
import { kFold, type KFoldOptions } from '../../../src/operators/rows/kFold.js';
import type { Split } from '../../../src/operators/rows/prepare.js';
import { rowsOf } from '../../../src/operators/rows/rowsOf.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

/** Two in three are of the first class; every tenth text repeats the one before. */
const rows: readonly Row[] = Array.from({ length: 120 }, (_, id) => {
  const text = id % 10 === 9 ? id - 1 : id;
  return { id, title: `Report ${text}`, category: text % 3 === 0 ? 'World' : 'Sports' };
});

const splitsOf = (options: KFoldOptions = {}, of$ = from(rows)): Promise<readonly Split[]> =>
  lastValueFrom(
    kFold(of$, options).pipe(
      concatMap(({ split$ }) => split$),
      toArray(),
    ),
  );

describe('kFold', () => {
  const [a, b, c, d] = ['Ferry', 'Storm', 'Relay', 'Border'].map((title, id) => ({
    id,
    title,
    category: id % 2 === 0 ? 'Sports' : 'World',
  })) as [Row, Row, Row, Row];
  const marbled = { a, b, c, d };
  const folds = (count: number) =>
    map(({ fold, folds: all }: { fold: number; folds: number }) => `${fold}/${all === count ? count : '?'}`);

  it('emits the folds when the rows have ended', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('  -a-b-c-d-|      ', marbled);
      expectObservable(kFold(row$, { folds: 2 }).pipe(folds(2))).toBe('---------(xy|)', { x: '1/2', y: '2/2' });
      expectSubscriptions(row$.subscriptions).toBe('^--------!');
    });
  });

  it('never emits of rows that never end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never$ = cold<Row>('-');
      expectObservable(kFold(never$)).toBe('-');
      expectSubscriptions(never$.subscriptions).toBe('^');
    });
  });

  it('fails where there are fewer rows than folds, none among them', () => {
    runMarbles(({ cold, expectObservable }) => {
      const error = (count: number) =>
        new HeadwaterError(
          'HW_EMPTY',
          `kFold: ${count} rows cannot be divided into 3 folds. Ask for fewer folds, or give more rows.`,
        );
      expectObservable(kFold(cold<Row>('--|'), { folds: 3 })).toBe('--#', undefined, error(0));
      expectObservable(kFold(cold('ab|', marbled), { folds: 3 })).toBe('--#', undefined, error(2));
    });
  });

  it('passes an error of the source on', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-#', marbled);
      expectObservable(kFold(row$)).toBe('---#');
      expectSubscriptions(row$.subscriptions).toBe('^--!');
    });
  });

  it('leaves the source when it is left', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-b-c-d-|', marbled);
      expectObservable(kFold(row$, { folds: 2 }), '^---!').toBe('-----');
      expectSubscriptions(row$.subscriptions).toBe('^---!');
    });
  });

  it('reads the rows once for the folds, and once for each split', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('(abcd|)', marbled);
      const split$ = kFold(row$, { folds: 2, validation: 0 }).pipe(concatMap((fold) => fold.split$));
      expectObservable(split$.pipe(map((split) => split.rows))).toBe('(xx|)', {
        x: { train: 2, validation: 0, test: 2 },
      });
      expectSubscriptions(row$.subscriptions).toBe(['(^!)', '(^!)', '(^!)']);
    });
  });

  it('has every row on the test side of one fold, and on another side of all others', async () => {
    const splits = await splitsOf({ folds: 4 });
    expect(splits).toHaveLength(4);
    for (const { id } of rows) {
      const sides = splits.map((split) => split.sideOf(id));
      expect(sides.filter((side) => side === 'test')).toHaveLength(1);
      expect(sides.every((side) => side !== undefined)).toBe(true);
    }
    for (const split of splits) {
      expect(split.rows.train + split.rows.validation + split.rows.test).toBe(120);
      expect(split.rows.validation).toBeGreaterThan(8);
      const read = await lastValueFrom(rowsOf(split, 'test').pipe(toArray()));
      expect(read).toHaveLength(split.rows.test);
    }
  });

  it.each([2, 5, 7])('gives each of %i folds its share of each class', async (count) => {
    const distinct = rows.map((row) => ({ ...row, title: `Report ${row.id}` }));
    const splits = await splitsOf({ folds: count }, from(distinct));
    for (const label of [0, 1]) {
      const counts = splits.map(({ classCounts }) => classCounts.test[label]!);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    }
  });

  it('keeps the rows of one text in one fold', async () => {
    const splits = await splitsOf({ folds: 5 });
    for (const split of splits)
      for (let id = 9; id < rows.length; id += 10) expect(split.sideOf(id)).toBe(split.sideOf(id - 1));
  });

  it('learns of each fold from its train rows alone', async () => {
    const own = rows.map((row) => ({ ...row, title: `Report only${row.id}` }));
    for (const split of await splitsOf({ folds: 3 }, from(own)))
      for (const { id } of own)
        expect(split.tokenizer.indexOf(`only${id}`) !== undefined, `row ${id}`).toBe(split.sideOf(id) === 'train');
  });

  it('gives the same folds for a seed, and others for another', async () => {
    const testsOf = async (seed: number) =>
      (await splitsOf({ seed })).map((split) => rows.map((row) => split.sideOf(row.id)));
    expect(await testsOf(1)).toEqual(await testsOf(1));
    expect(await testsOf(2)).not.toEqual(await testsOf(1));
  });

  it('does not look at the side that a row came with', async () => {
    const sided = rows.map((row) => ({ ...row, side: 'train' as const }));
    const splits = await splitsOf({ folds: 3 }, from(sided));
    expect(splits.every((split) => split.rows.test > 30)).toBe(true);
  });

  it('refuses options and ids that cannot work', async () => {
    for (const options of [
      { folds: 1 },
      { folds: 101 },
      { folds: 2.5 },
      { validation: 1 },
      { validation: -0.1 },
      { seed: 0.5 },
    ])
      expect(() => kFold(of(a), options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    await expect(lastValueFrom(kFold(of({ ...a, id: -1 }, b)))).rejects.toMatchObject({ code: 'HW_USAGE' });
  });
});
