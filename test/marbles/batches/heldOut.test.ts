import { catchError, from, lastValueFrom, map, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import type { Row } from '../../../src/contracts/rows/Row.js';
import { heldOut } from '../../../src/operators/batches/heldOut.js';
import { prepare } from '../../../src/operators/rows/prepare.js';
import { rowsOf } from '../../../src/operators/rows/rowsOf.js';
import { withAllRows } from '../../../src/operators/rows/withAllRows.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const row = (id: number, title = `Report ${id}`): Row => ({
  id,
  title,
  category: id % 2 === 0 ? 'Sports' : 'World',
});
const known = Array.from({ length: 40 }, (_, id) => row(id));
const split = await lastValueFrom(prepare(from(known)));
const [trained] = await lastValueFrom(rowsOf(split, 'train').pipe(toArray()));
const [untrained] = await lastValueFrom(rowsOf(split, 'test').pipe(toArray()));

/** Marbles compare values as they are, so of batches the ids alone, and of an error its code. */
const idsOf = map(({ ids }: LabelledBatch) => [...ids]);
const codeOf = catchError((error: unknown) => of(error instanceof HeadwaterError ? error.code : error));

const values = { a: row(100), b: row(101), s: { ...trained!, id: 200 } };

describe('heldOut', () => {
  it('makes batches of the rows whose text no train row has', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-s-b-|', values);
      const batch$ = row$.pipe(heldOut(split));
      const tokens = [values.a, values.b].flatMap(({ title }) => [...split.tokenizer.encode(title.toLowerCase())]);
      expectObservable(batch$).toBe('-------(x|)', {
        x: {
          size: 2,
          time: 2,
          tokens: Int32Array.from(tokens),
          lengths: Int32Array.of(2, 2),
          ids: Int32Array.of(100, 101),
          labels: Int32Array.of(0, 1),
        },
      });
      expectSubscriptions(row$.subscriptions).toBe('^------!');
    });
  });

  it('emits a batch when it is full', () => {
    runMarbles(({ cold, expectObservable }) => {
      const ids$ = cold('-a-b-a-|', values).pipe(heldOut(split, { batchSize: 1 }), idsOf);
      expectObservable(ids$).toBe('-x-y-x-|', { x: [100], y: [101] });
    });
  });

  it('waits on a source that never emits, and ends with an empty one', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never$ = cold<Row>('-');
      expectObservable(never$.pipe(heldOut(split))).toBe('-');
      expectSubscriptions(never$.subscriptions).toBe('^');
      expectObservable(cold<Row>('--|').pipe(heldOut(split))).toBe('--|');
    });
  });

  it('passes errors on: of the rows, and of the split', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-#', values);
      expectObservable(row$.pipe(heldOut(split))).toBe('---#');
      expectSubscriptions(row$.subscriptions).toBe('^--!');
      const changed = { ...split, rows$: of(row(0)) };
      const untouched$ = cold('-a-|', values);
      expectObservable(untouched$.pipe(heldOut(changed), codeOf)).toBe('(c|)', { c: 'HW_SOURCE_CHANGED' });
      expectSubscriptions(untouched$.subscriptions).toBe([]);
    });
  });

  it('leaves the rows when it is left', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-b-a-|', values);
      expectObservable(row$.pipe(heldOut(split)), '^---!').toBe('-----');
      expectSubscriptions(row$.subscriptions).toBe('^---!');
    });
  });

  it('tells the rows that were seen, and fails with whoever is told', () => {
    const told: number[] = [];
    const thrown = new Error('enough');
    runMarbles(({ cold, expectObservable }) => {
      const row$ = cold('s-a|', values);
      const told$ = row$.pipe(heldOut(split, { seen: { next: ({ id }) => told.push(id) } }), idsOf);
      expectObservable(told$).toBe('---(x|)', { x: [100] });
      const seen = {
        next: () => {
          throw thrown;
        },
      };
      expectObservable(row$.pipe(heldOut(split, { seen }))).toBe('#', undefined, thrown);
    });
    expect(told).toEqual([200]);
  });

  it('sends a class that the split does not know to the rejections, or fails', () => {
    const other = { ...row(300), category: 'Weather' };
    const rejected: unknown[] = [];
    runMarbles(({ cold, expectObservable }) => {
      const row$ = cold('o|', { o: other });
      const rejections = { next: ({ id }: { readonly id: number }) => rejected.push(id) };
      expectObservable(row$.pipe(heldOut(split, { rejections }))).toBe('-|');
      expectObservable(row$.pipe(heldOut(split), codeOf)).toBe('(c|)', { c: 'HW_LABEL' });
    });
    expect(rejected).toEqual([300]);
  });

  it('takes a test row, and no row of a split that was trained on all', async () => {
    const batches = (against = split) => lastValueFrom(of(untrained!).pipe(heldOut(against), toArray()));
    expect(await batches()).toHaveLength(1);
    expect(await batches(withAllRows(split))).toHaveLength(0);
  });

  it('refuses a batch size that cannot work', () => {
    expect(() => heldOut(split, { batchSize: 0 })).toThrow(HeadwaterError);
  });
});
