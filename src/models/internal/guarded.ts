import * as t from 'io-ts';

/** A codec of the values that pass a type guard; `name` describes them in words. */
export const guarded = <A>(name: string, is: (value: unknown) => value is A): t.Type<A> =>
  new t.Type(name, is, (value, context) => (is(value) ? t.success(value) : t.failure(value, context)), t.identity);

/** A codec of safe whole numbers that are at least `least`. */
export const wholeNumber = (least: number): t.Type<number> =>
  guarded(
    `a whole number of at least ${least}`,
    (value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= least,
  );

/** A codec of finite numbers above 0. */
export const positive = guarded(
  'a number above 0',
  (value): value is number => typeof value === 'number' && value > 0 && value < Infinity,
);

/** A codec of shares: numbers that are at least 0 and below 1. */
export const share = guarded(
  'a number of at least 0 and below 1',
  (value): value is number => typeof value === 'number' && value >= 0 && value < 1,
);
