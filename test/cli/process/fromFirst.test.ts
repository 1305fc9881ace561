import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { fromFirst } from '../../../src/cli/process/fromFirst.js';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** An operator that shouts, and how often it was subscribed to. */
const shouting = (): { readonly operator: MonoTypeOperatorFunction<string>; readonly subscriptions: () => number } => {
  let subscriptions = 0;
  const operator: MonoTypeOperatorFunction<string> = (source) =>
    defer(() => {
      subscriptions += 1;
      return source.pipe(map((value) => value.toUpperCase()));
    });
  return { operator, subscriptions: () => subscriptions };
};

describe('fromFirst', () => {
  it('applies the operator from the first value on, over one subscription', () => {
    const counted = shouting();
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--(ab)-c--|');
      const subs = '       ^---------!';
      const expected = '   --(AB)-C--|';
      expectObservable(source.pipe(fromFirst(counted.operator))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(counted.subscriptions()).toBe(1);
  });

  it.each(['--|', '--#', '---'])('leaves it alone where there is no value: %s', (marbles) => {
    const counted = shouting();
    scheduler().run(({ cold, expectObservable }) =>
      expectObservable(cold(marbles).pipe(fromFirst(counted.operator))).toBe(marbles),
    );
    expect(counted.subscriptions()).toBe(0);
  });

  it('passes on an error after values, and its end is that of the operator', () => {
    scheduler().run(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#').pipe(fromFirst(shouting().operator))).toBe('-A-#');
      expectObservable(cold('(ab|)').pipe(fromFirst(shouting().operator))).toBe('(AB|)');
    });
  });

  it('leaves the source when it is left', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-|');
      expectObservable(source.pipe(fromFirst(shouting().operator)), '^---!').toBe('-A-B-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });
});
