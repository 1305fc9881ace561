import * as t from 'io-ts';
import { filter, map, NEVER, of, Subject, type Observable } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { SourceRow } from '../../../src/contracts/rows/Row.js';
import { decode } from '../../../src/operators/rows/decode.js';
import { headlineOnly, headlineRow } from '../../../src/operators/rows/headlineRow.js';

const marbles = (body: (helpers: RunHelpers) => void): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
};

const sourceRow = (id: number, fields: object): SourceRow => ({
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 15 + 40 * id,
  fields: Object.assign(Object.create(null) as Record<string, string>, fields),
});

const rows = {
  a: sourceRow(0, { title: 'Ferry returns', category: 'World', page: '3' }),
  b: sourceRow(1, { title: 'Cup final tonight', category: 'Sports', page: '9' }),
  x: sourceRow(2, { title: ' ', category: 'Sports', page: '4' }),
};

const decoded = {
  a: { id: 0, title: 'Ferry returns', category: 'World' },
  b: { id: 1, title: 'Cup final tonight', category: 'Sports' },
};

const rejected: Rejection = {
  type: 'rejection',
  reason: 'field',
  id: 2,
  source: 'news.csv',
  line: 4,
  byte: 95,
  field: 'title',
  expected: 'a non-blank title',
  got: ' ',
};

const rejectedError = new HeadwaterError(
  'HW_REJECTIONS',
  'A row was rejected, at news.csv:4 (byte 95): its field "title" should be a non-blank ' +
    'title, but is " ". Correct the row, or give decode an observer of rejections.',
  { where: 'news.csv:4' },
);

/** What a stream emits and how it ends, synchronously. */
const outcome = <T>(stream$: Observable<T>): { readonly values: readonly T[]; readonly error: unknown } => {
  const values: T[] = [];
  let error: unknown;
  stream$.subscribe({ next: (value) => values.push(value), error: (thrown: unknown) => (error = thrown) });
  return { values, error };
};

describe('decode', () => {
  it('emits what rows decode to, with their ids', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|', rows);
      const subs = '         ^-------!';
      const expected = '     --a--b--|';
      expectObservable(source.pipe(decode(headlineRow))).toBe(expected, decoded);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('sends rows that do not pass to the rejections, and goes on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const rejections = new Subject<Rejection>();
      const source = hot('   --a--x--b--|', rows);
      const subs = '         ^----------!';
      const expected = '     --a-----b--|';
      const rejectedAt = '   -----x------';
      expectObservable(rejections).toBe(rejectedAt, { x: rejected });
      expectObservable(source.pipe(decode(headlineRow, { rejections }))).toBe(expected, decoded);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('ends at the first row that does not pass where no rejections are given', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--x--b--|', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(decode(headlineRow))).toBe(expected, decoded, rejectedError);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('never emits where the source never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<SourceRow>('-');
      expectObservable(source.pipe(decode(headlineRow)), '^----!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('             ^----!');
    });
    expect(outcome(NEVER.pipe(decode(headlineRow)))).toEqual({ values: [], error: undefined });
  });

  it('completes where the source is empty', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<SourceRow>('--|');
      expectObservable(source.pipe(decode(headlineRow))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('         ^-!');
    });
  });

  it('passes on an error of the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--#', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(decode(headlineRow))).toBe(expected, decoded);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('errs with what the codec throws', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const broken = new t.Type<{ readonly title: string }, unknown>(
        'broken',
        (value): value is { readonly title: string } => value !== undefined,
        () => {
          throw new Error('codec');
        },
        t.identity,
      );
      const source = cold('  --a--b--|', rows);
      const subs = '         ^-!';
      const expected = '     --#';
      expectObservable(source.pipe(decode(broken))).toBe(expected, undefined, new Error('codec'));
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('errs with what the rejections throw: their limit is passed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const full = new HeadwaterError('HW_REJECTIONS', 'full');
      const rejections = {
        next: () => {
          throw full;
        },
      };
      const source = cold('  --a--x--b--|', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(decode(headlineRow, { rejections }))).toBe(expected, decoded, full);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('leaves its source when it is left', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--|', rows);
      const leave = '        ---!';
      const subs = '         ^--!';
      const expected = '     --a-';
      expectObservable(source.pipe(decode(headlineRow)), leave).toBe(expected, decoded);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });
});

describe('decode, by its codec', () => {
  const reject = <A extends object>(codec: t.Type<A, unknown>, fields: object): Rejection | undefined => {
    const rejections = new Subject<Rejection>();
    let rejection: Rejection | undefined;
    let times = 0;
    rejections.subscribe((got) => {
      rejection = got;
      times += 1;
    });
    expect(outcome(of(sourceRow(0, fields)).pipe(decode(codec, { rejections })))).toEqual({
      values: [],
      error: undefined,
    });
    expect(times).toBe(1);
    return rejection;
  };

  it('rejects a row once, by the first field that failed', () => {
    expect(reject(headlineRow, { title: '', category: '\t' })).toMatchObject({
      field: 'title',
      expected: 'a non-blank title',
      got: '',
    });
    expect(reject(headlineRow, { title: 'Ferry returns', category: '\t' })).toMatchObject({
      field: 'category',
      expected: 'a non-blank category',
      got: '\t',
    });
    expect(reject(headlineOnly, { title: '\u00a0' })).toMatchObject({ field: 'title' });
  });

  it('shortens what stood there', () => {
    const page = t.type({ page: t.literal('1') });
    expect(reject(page, { page: 'x'.repeat(5_000_000) })).toMatchObject({
      field: 'page',
      expected: '"1"',
      got: `${'x'.repeat(79)}…`,
    });
  });

  it('names the field through intersections, unions and refinements', () => {
    const known = t.union([t.literal('World'), t.literal('Sports')], 'a known class');
    expect(reject(t.type({ category: known }), { category: 'Weather' })).toMatchObject({
      field: 'category',
      expected: 'a known class',
      got: 'Weather',
    });
    const both = t.intersection([t.type({ title: t.string }), t.type({ category: t.literal('World') })]);
    expect(reject(both, { title: 'Ferry', category: 'Sports' })).toMatchObject({
      field: 'category',
      expected: '"World"',
    });
    expect(reject(t.exact(both), { title: 'Ferry', category: 'Sports' })).toMatchObject({ field: 'category' });
    expect(reject(t.readonly(t.exact(both)), { title: 'Ferry', category: 'Sports' })).toMatchObject({
      field: 'category',
    });
    const either = t.union([t.type({ title: t.literal('A') }), t.type({ category: t.literal('B') })]);
    expect(reject(either, { title: 'C', category: 'C' })).toMatchObject({ field: 'title', expected: '"A"' });
  });

  it('rejects the whole record where no field is at fault', () => {
    interface Distinct {
      readonly distinct: unique symbol;
    }
    const distinct = t.brand(
      t.type({ title: t.string, category: t.string }),
      (row): row is t.Branded<{ title: string; category: string }, Distinct> => row.title !== row.category,
      'distinct',
    );
    const rejection = reject(distinct, { title: 'World', category: 'World' });
    expect(rejection).toMatchObject({
      field: undefined,
      expected: 'distinct',
      got: '{"title":"World","category":"World"}',
    });
    const { error } = outcome(of(sourceRow(0, { title: 'World', category: 'World' })).pipe(decode(distinct)));
    expect(error).toMatchObject({
      code: 'HW_REJECTIONS',
      message: expect.stringContaining('the record should be distinct') as string,
    });
  });

  it('emits what the codec makes of a field', () => {
    const whole = new t.Type<number, string>(
      'a whole number',
      (value): value is number => Number.isInteger(value),
      (value, context) => (/^\d+$/.test(String(value)) ? t.success(Number(value)) : t.failure(value, context)),
      String,
    );
    const page = t.exact(t.type({ page: whole }));
    expect(outcome(of(rows.a).pipe(decode(page))).values).toEqual([{ id: 0, page: 3 }]);
    expect(reject(page, { page: 'three' })).toMatchObject({ field: 'page', expected: 'a whole number', got: 'three' });
  });
});

describe('decode, by its columns', () => {
  const wire = sourceRow(0, { headline: 'Ferry returns', section: 'World', title: 'Dr' });
  const columns = { title: 'headline', category: 'section' };

  it('reads fields from columns of other names, which go before columns of their own', () => {
    expect(outcome(of(wire).pipe(decode(headlineRow, { columns }))).values).toEqual([decoded.a]);
  });

  it('leaves the row as it was', () => {
    outcome(of(wire).pipe(decode(headlineRow, { columns })));
    expect({ ...wire.fields }).toEqual({ headline: 'Ferry returns', section: 'World', title: 'Dr' });
  });

  it('rejects by the name of the field', () => {
    const seen: Rejection[] = [];
    const row = sourceRow(0, { headline: '', section: 'World', title: 'Dr' });
    of(row)
      .pipe(decode(headlineRow, { columns, rejections: { next: (rejection) => seen.push(rejection) } }))
      .subscribe();
    expect(seen).toMatchObject([{ field: 'title', got: '' }]);
  });

  it('errs where the table lacks a column, whatever the rejections', () => {
    const rejections = new Subject<Rejection>();
    const lacking = outcome(
      of(sourceRow(0, { title: '', section: 'World' })).pipe(decode(headlineRow, { rejections })),
    );
    expect(lacking.error).toMatchObject({ code: 'HW_COLUMNS', where: 'news.csv' });
    expect(lacking.error).toMatchObject({
      message: expect.stringMatching(/no column "category".* it has "title", "section"/) as string,
    });
    const misnamed = outcome(of(wire).pipe(decode(headlineRow, { columns: { title: 'heading' }, rejections })));
    expect(misnamed.error).toMatchObject({
      code: 'HW_COLUMNS',
      message: expect.stringContaining('no column "heading", which the field "title" is read from') as string,
    });
  });

  it('does without a column that the codec can do without', () => {
    const optional = t.exact(t.intersection([t.type({ title: t.string }), t.partial({ subtitle: t.string })]));
    expect(outcome(of(rows.a).pipe(decode(optional))).values).toEqual([{ id: 0, title: 'Ferry returns' }]);
    const asked = outcome(of(rows.a).pipe(decode(optional, { columns: { subtitle: 'deck' } })));
    expect(asked.error).toMatchObject({ code: 'HW_COLUMNS' });
  });

  it('reads a column called __proto__, and is not misled by one', () => {
    const fields: object = JSON.parse('{"__proto__":"Ferry returns","category":"World"}') as object;
    const row = sourceRow(0, {});
    const named: SourceRow = {
      ...row,
      fields: Object.defineProperties(
        Object.create(null) as Record<string, string>,
        Object.getOwnPropertyDescriptors(fields),
      ),
    };
    expect(outcome(of(named).pipe(decode(headlineRow, { columns: { title: '__proto__' } }))).values).toEqual([
      decoded.a,
    ]);
    const { error } = outcome(of(named).pipe(decode(headlineRow)));
    expect(error).toMatchObject({ code: 'HW_COLUMNS' });
    expect('polluted' in {} || 'category' in {}).toBe(false);
  });

  it('can be subscribed to again', () => {
    const decoded$ = of(rows.a, rows.b).pipe(
      decode(headlineRow),
      filter(({ category }) => category === 'Sports'),
      map(({ id }) => id),
    );
    expect([outcome(decoded$).values, outcome(decoded$).values]).toEqual([[1], [1]]);
  });
});
