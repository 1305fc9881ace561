import { map, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { DeadLetter, Rejection } from '../../../src/contracts/rows/Rejection.js';
import { deadLetters } from '../../../src/sinks/rejections/deadLetters.js';
import { rejection } from '../../sinks/rejection.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const values: Record<string, Rejection> = { a: rejection(1), b: rejection(2), c: rejection(3) };

/** What an operator that rejects every row does. */
const reject = (rows$: Observable<Rejection>, letters: DeadLetter): Observable<string> =>
  rows$.pipe(
    map((row) => {
      letters.next(row);
      return 'rejected';
    }),
  );

describe('deadLetters', () => {
  it('emits each rejection once, however many epochs meet it', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const letters = deadLetters();
      hot('--a--b--a--b--c--|', values).subscribe(letters);
      expectObservable(letters.rejections$).toBe('--a--b--------c--|', values);
    });
  });

  it('emits to those who are there: it keeps no rejections for late subscribers', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const letters = deadLetters();
      hot('--a--b--c--|', values).subscribe(letters);
      expectObservable(letters.rejections$, '---^').toBe('-----b--c--|', values);
      expectObservable(letters.rejections$, '---^--!').toBe('-----b-', values);
    });
  });

  it('never emits while nothing is rejected, and completes when told to', () => {
    scheduler().run(({ hot, expectObservable }) => {
      const idle = deadLetters();
      expectObservable(idle.rejections$).toBe('-');
      const letters = deadLetters();
      hot('---|').subscribe({ complete: () => letters.complete() });
      expectObservable(letters.rejections$).toBe('---|');
    });
  });

  it('ends the stream that rejects past the limit, after telling of the rejection', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const letters = deadLetters({ limit: 1 });
      const source = cold('--a--a--b--c--|', values);
      expectObservable(letters.rejections$).toBe('--a-----b', values);
      expectObservable(reject(source, letters)).toBe(
        '--r--r--#',
        { r: 'rejected' },
        expect.objectContaining({ code: 'HW_REJECTIONS' }),
      );
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    });
  });
});
