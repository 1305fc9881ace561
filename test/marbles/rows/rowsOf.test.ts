import { from, lastValueFrom } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Row, Side } from '../../../src/contracts/rows/Row.js';
import { prepare, type Split } from '../../../src/operators/rows/prepare.js';
import { rowsOf } from '../../../src/operators/rows/rowsOf.js';
import { LETTER_ROWS, letterRows } from '../../operators/newsRows.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const changed: unknown = expect.objectContaining({ code: 'HW_SOURCE_CHANGED' });

/** Of the rows a to e; a, c and d are on train, b is on test, and e was left out. */
const SIDES_OF: readonly (Side | undefined)[] = ['train', 'test', 'train', 'train', undefined];
let split: Split;
beforeAll(async () => {
  const prepared = await lastValueFrom(prepare(from(letterRows)));
  split = {
    ...prepared,
    sideOf: (id) => SIDES_OF[id],
    rows: { train: 3, validation: 0, test: 1 },
    leftOut: new Set([4]),
  };
});

describe('rowsOf', () => {
  it('lets the rows of one side through, in their order', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const rows$ = cold<Row>('-a-b-c-d-e-|', LETTER_ROWS);
      expectObservable(rowsOf({ ...split, rows$ }, 'train')).toBe('     -a---c-d---|', LETTER_ROWS);
      expectObservable(rowsOf({ ...split, rows$ }, 'test')).toBe('      ---b-------|', LETTER_ROWS);
      expectObservable(rowsOf({ ...split, rows$ }, 'validation')).toBe('-----------|');
      expectSubscriptions(rows$.subscriptions).toBe(Array.from({ length: 3 }, () => '^----------!'));
    });
  });

  it('never emits for rows that never come', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(rowsOf({ ...split, rows$: cold<Row>('-') }, 'train'), '^--!').toBe('-');
    });
  });

  it('refuses rows that are missing: none, or one', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(rowsOf({ ...split, rows$: cold<Row>('--|') }, 'train')).toBe('--#', undefined, changed);
      expectObservable(rowsOf({ ...split, rows$: cold<Row>('-a-c-|', LETTER_ROWS) }, 'train')).toBe(
        '-a-c-#',
        LETTER_ROWS,
        changed,
      );
    });
  });

  it('refuses a row that comes twice, at the end, and one that was never there, at once', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(rowsOf({ ...split, rows$: cold<Row>('-b-b-|', LETTER_ROWS) }, 'test')).toBe(
        '-b-b-#',
        LETTER_ROWS,
        changed,
      );
      const rows$ = cold<Row>('-a-f-b-|', LETTER_ROWS);
      expectObservable(rowsOf({ ...split, rows$ }, 'test')).toBe('---#', undefined, changed);
      expectSubscriptions(rows$.subscriptions).toBe('^--!');
    });
  });

  it('passes an error of the rows', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(rowsOf({ ...split, rows$: cold<Row>('-a-#', LETTER_ROWS) }, 'train')).toBe('-a-#', LETTER_ROWS);
    });
  });

  it('unsubscribes as soon as it is unsubscribed from', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const rows$ = cold<Row>('-a-b-c-d-e-|', LETTER_ROWS);
      expectObservable(rowsOf({ ...split, rows$ }, 'train'), '^-----!').toBe('-a---c', LETTER_ROWS);
      expectSubscriptions(rows$.subscriptions).toBe('^-----!');
    });
  });

  it('refuses a side that there is not', () => {
    expect(() => rowsOf(split, 'practice' as Side)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
