import fc from 'fast-check';
import { lastValueFrom, of, Subject } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { Preprocessed, Row } from '../../../src/contracts/rows/Row.js';
import { tokenize } from '../../../src/operators/rows/tokenize.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';

const marbles = (body: (helpers: RunHelpers) => void): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
};

const tokenizer = await lastValueFrom(of('ferry returns port cup').pipe(Tokenizer.fit()));
const labels = LabelEncoder.of(['Sports', 'World']);

const row = (id: number, category: string, text: string): Preprocessed<Row> => ({
  id,
  title: `Title ${id}`,
  category,
  text,
});
const rows = { a: row(0, 'World', 'ferry sinks'), b: row(7, 'Sports', 'cup'), x: row(9, 'Weather', 'port') };

const tokenized = {
  a: { id: 0, tokens: Int32Array.of(2, 1) },
  b: { id: 7, tokens: Int32Array.of(5) },
  x: { id: 9, tokens: Int32Array.of(4) },
};
const labelled = { a: { ...tokenized.a, label: 1 }, b: { ...tokenized.b, label: 0 } };

const rejected: Rejection = {
  type: 'rejection',
  reason: 'field',
  id: 9,
  source: 'news.csv',
  category: 'Weather',
  field: 'category',
  expected: 'one of "Sports", "World"',
  got: 'Weather',
};

describe('tokenize', () => {
  it('emits the token indices of each row', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--x--|', rows);
      const subs = '         ^----------!';
      const expected = '     --a--b--x--|';
      expectObservable(source.pipe(tokenize(tokenizer))).toBe(expected, tokenized);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('adds the class index where it has a label encoder', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--|', rows);
      const subs = '         ^-------!';
      const expected = '     --a--b--|';
      expectObservable(source.pipe(tokenize(tokenizer, labels))).toBe(expected, labelled);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('ends at a class that is not known where no rejections are given', () => {
    const unknown = (which: string): string =>
      `Row 9${which} has the class "Weather", which the label encoder does not know: ` +
      'it should be one of "Sports", "World". Correct the row, fit the label encoder on rows ' +
      'that have the class, or give tokenize somewhere to send rejections to.';
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--x--b--|', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(tokenize(tokenizer, labels))).toBe(
        expected,
        labelled,
        new HeadwaterError('HW_LABEL', unknown('')),
      );
      expectSubscriptions(source.subscriptions).toBe(subs);
      const named = new HeadwaterError('HW_LABEL', unknown(' of news.csv'), { where: 'news.csv' });
      expectObservable(cold('x', rows).pipe(tokenize(tokenizer, labels, { source: 'news.csv' }))).toBe(
        '#',
        undefined,
        named,
      );
    });
  });

  it('sends a row whose class is not known to the rejections, and goes on', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const rejections = new Subject<Rejection>();
      const source = hot('   --a--x--b--|', rows);
      const subs = '         ^----------!';
      const expected = '     --a-----b--|';
      const rejectedAt = '   -----x------';
      expectObservable(rejections).toBe(rejectedAt, { x: rejected });
      expectObservable(source.pipe(tokenize(tokenizer, labels, { rejections, source: 'news.csv' }))).toBe(
        expected,
        labelled,
      );
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
      expectObservable(source.pipe(tokenize(tokenizer, labels, { rejections }))).toBe(expected, labelled, full);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('never emits where the source never does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Preprocessed<Row>>('-');
      expectObservable(source.pipe(tokenize(tokenizer, labels)), '^----!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('                    ^----!');
    });
  });

  it('completes where the source is empty', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<Preprocessed>('--|');
      expectObservable(source.pipe(tokenize(tokenizer))).toBe('--|');
      expectSubscriptions(source.subscriptions).toBe('         ^-!');
    });
  });

  it('passes on an error of the source', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--#', rows);
      const subs = '         ^----!';
      const expected = '     --a--#';
      expectObservable(source.pipe(tokenize(tokenizer, labels))).toBe(expected, labelled);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('leaves its source when it is left', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a--b--|', rows);
      const leave = '        ---!';
      const subs = '         ^--!';
      const expected = '     --a-';
      expectObservable(source.pipe(tokenize(tokenizer, labels)), leave).toBe(expected, labelled);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('emits tokens that decode to the text, where all its words are known', () => {
    const known = fc
      .array(fc.constantFrom('ferry', 'returns', 'port', 'cup'), { minLength: 1, maxLength: 12 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(known, (text) => {
        // Collected first: what is thrown within a subscriber does not reach us here.
        const decoded: string[] = [];
        of(row(0, 'World', text))
          .pipe(tokenize(tokenizer))
          .subscribe(({ tokens }) => decoded.push(tokenizer.decode(tokens)));
        expect(decoded).toEqual([text]);
      }),
      { seed: 20 },
    );
  });
});
