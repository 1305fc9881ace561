/**
 * How an operator of one's own is tested in virtual time, with `headwater/testing`. Here under vitest; any framework
 * will do.
 */
import { of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { valve } from 'headwater';
import { marbleSource, runMarbles, tokenizedRows } from 'headwater/testing';
import { pace } from './ownOperator.js';

test('values come through one at a time, in order, and completion waits for the last', () => {
  runMarbles((helpers) => {
    const brake = valve();
    const source$ = marbleSource(helpers, '   (abc)---------|', undefined, { valve: brake });
    helpers.expectObservable(source$.pipe(pace({ every: 3, valve: brake }))).toBe('a--b--c-------|');
    helpers.expectSubscriptions(source$.subscriptions).toBe('                       ^-------------!');
  });
});

test('the source waits: when the first values have come through, no more than two wait behind them', () => {
  runMarbles((helpers) => {
    const brake = valve();
    const source$ = marbleSource(helpers, '(abcdefgh|)', undefined, { valve: brake });
    const read: number[] = [];
    helpers.cold('                         x-x-x|').subscribe(() => read.push(source$.read));
    helpers.expectObservable(source$.pipe(pace({ every: 2, valve: brake }))).toBe('a-b-c-d-e-f-g-h-|');
    helpers.flush();
    expect(read).toEqual([0, 3, 4]);
  });
});

test('nothing comes of nothing, and a silent source is waited for', () => {
  runMarbles(({ cold, expectObservable }) => {
    expectObservable(cold('--|').pipe(pace({ every: 5, valve: valve() }))).toBe('--|');
    expectObservable(cold('---').pipe(pace({ every: 5, valve: valve() }))).toBe('---');
  });
});

test('an error comes after the values before it', () => {
  runMarbles(({ cold, expectObservable }) => {
    expectObservable(cold('(ab#)').pipe(pace({ every: 2, valve: valve() }))).toBe('a-b-#');
    expectObservable(throwError(() => 'error').pipe(pace({ every: 2, valve: valve() }))).toBe('#');
  });
});

test('unsubscribing releases the source and the valve', () => {
  runMarbles((helpers) => {
    const brake = valve();
    const source$ = marbleSource(helpers, '                              -(abcdef|)', undefined, { valve: brake });
    helpers.expectObservable(source$.pipe(pace({ every: 3, valve: brake })), '----!').toBe('-a--');
    helpers.expectSubscriptions(source$.subscriptions).toBe('                       ^---!');
    helpers.expectObservable(brake.open$).toBe('                                    o(c)o', { o: true, c: false });
  });
});

test('rows go through as they are, typed arrays and all', () => {
  const [a, b] = tokenizedRows({ seed: 5, count: 2 });
  runMarbles(({ expectObservable }) => {
    // Compared by value: `runMarbles` brings an assertion that knows typed arrays.
    expectObservable(of(a, b).pipe(pace({ every: 4, valve: valve() }))).toBe('x---y---|', {
      x: a,
      y: structuredClone(b),
    });
  });
});
