import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Headline } from '../../../src/contracts/rows/Row.js';
import { preprocess } from '../../../src/operators/rows/preprocess.js';

const marbles = (body: (helpers: RunHelpers) => void): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
};

const rows = {
  a: { id: 0, title: 'The Ferry Returns', category: 'World' },
  b: { id: 1, title: 'Is it?', category: 'Sports' },
};

const preprocessed = {
  a: { id: 0, title: 'The Ferry Returns', category: 'World', text: 'ferry returns' },
  b: { id: 1, title: 'Is it?', category: 'Sports', text: '' },
};

describe('preprocess', () => {
  it('adds its text to each row, an empty one as well', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|', rows);
      const subs = '         ^-------!';
      const expected = '     --a--b--|';
      expectObservable(source.pipe(preprocess())).toBe(expected, preprocessed);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(rows.a).toEqual({ id: 0, title: 'The Ferry Returns', category: 'World' });
  });

  it('leaves out the stop words given instead of the default ones', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  --a--|', rows);
      const expected = '     --a--|';
      expectObservable(source.pipe(preprocess({ stopWords: ['ferry'] }))).toBe(expected, {
        a: { ...rows.a, text: 'the returns' },
      });
    });
  });

  it('never emits where the source never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Headline>('-');
      expectObservable(source.pipe(preprocess()), '^----!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('     ^----!');
    });
  });

  it('completes where the source is empty', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Headline>('--|');
      expectObservable(source.pipe(preprocess())).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe(' ^-!');
    });
  });

  it('passes on an error of the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--#', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(preprocess())).toBe(expected, preprocessed);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('refuses an empty stop word at once, before any subscription', () => {
    expect(() => preprocess({ stopWords: [''] })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('leaves its source when it is left', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--|', rows);
      const leave = '        ---!';
      const subs = '         ^--!';
      const expected = '     --a-';
      expectObservable(source.pipe(preprocess()), leave).toBe(expected, preprocessed);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });
});
