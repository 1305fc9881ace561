import { map, type OperatorFunction } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';
import { vectorCoverage } from '../../../src/text/vectors/vectorCoverage.js';
import { vectorsOf } from '../../text/vectors/make.js';

const marbles = (body: (helpers: RunHelpers) => void): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
};

const vectors = await vectorsOf({ ferry: [1], port: [2] });
const words = {
  a: { word: 'ferry', values: Float32Array.of(1, 2) },
  b: { word: 'port', values: Float32Array.of(3, 4) },
  c: { word: 'ferry', values: Float32Array.of(5, 6) },
  x: { word: 'odd', values: Float32Array.of(5) },
  n: { word: 'nan', values: Float32Array.of(5, NaN) },
};
const texts = { a: 'ferry to port', b: 'ferry', e: '' };

const documents: OperatorFunction<string, number> = (texts$) =>
  texts$.pipe(
    DocumentFrequencies.fit({ bits: 8 }),
    map((frequencies) => frequencies.documents),
  );
const collected =
  (limit?: number): OperatorFunction<(typeof words)['a'], unknown> =>
  (words$) =>
    words$.pipe(
      collectVectors({ limit, precision: 'float32' }),
      map(({ size, origin, rows }) => [size, origin.wordsRead, origin.cut, ...rows]),
    );
const coverage = vectorCoverage(vectors);

describe.each([
  ['vectorCoverage', coverage, { tokens: 4, withVector: 3, share: 0.75 }, { tokens: 0, withVector: 0, share: 0 }],
  ['DocumentFrequencies.fit', documents, 3, 0],
] as readonly (readonly [string, OperatorFunction<string, unknown>, unknown, unknown])[])(
  '%s',
  (_, operator, all, none) => {
    it('emits when the texts end', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('  --a-e-b--|', texts);
        const subs = '         ^--------!';
        const expected = '     ---------(r|)';
        expectObservable(source.pipe(operator)).toBe(expected, { r: all });
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it('starts anew for every subscriber', () => {
      marbles(({ cold, expectObservable }) => {
        const result = cold('a-e-b|', texts).pipe(operator);
        expectObservable(result).toBe('     -----(r|)', { r: all });
        expectObservable(result, '---^').toBe('--------(r|)', { r: all });
      });
    });

    it('emits nothing where the texts never end, and what nothing gives where there is none', () => {
      marbles(({ cold, expectObservable }) => {
        expectObservable(cold('---').pipe(operator)).toBe('---');
        expectObservable(cold('--|').pipe(operator)).toBe('--(r|)', { r: none });
      });
    });

    it('passes an error on, and leaves its source when it is left', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        expectObservable(cold('--a--#', texts).pipe(operator)).toBe('-----#');
        const source = cold('--a--b--|', texts);
        expectObservable(source.pipe(operator), '^---!').toBe('-----');
        expectSubscriptions(source.subscriptions).toBe('^---!');
      });
    });
  },
);

describe('collectVectors', () => {
  it('emits the words when they end, each once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a-b-c-|', words);
      const subs = '         ^-------!';
      const expected = '     --------(r|)';
      expectObservable(source.pipe(collected())).toBe(expected, { r: [2, 3, false, 0, 0, 1, 2, 3, 4] });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('leaves its source at the first word too many, and says so', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a-b-c-|', words);
      const subs = '         ^---!';
      const expected = '     ----(r|)';
      expectObservable(source.pipe(collected(1))).toBe(expected, { r: [1, 1, true, 0, 0, 1, 2] });
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('never ends where its source does not, passes an error on, and leaves its source when it is left', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(cold('-a-', words).pipe(collected())).toBe('---');
      expectObservable(cold('-a-#', words).pipe(collected())).toBe('---#');
      const source = cold('-a-b-|', words);
      expectObservable(source.pipe(collected()), '^-!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it.each([
    ['no word', '--|', '--#', / has no word vectors/],
    [
      'a vector of another length',
      '-a-x-|',
      '---#',
      /a vector of 1 numbers for the word "odd", and one of 2 before it/,
    ],
    ['a number that is none', '-a-n-|', '---#', /not finite in the vector of the word "nan"/],
  ])('fails at %s', (_, source, expected, message) => {
    let error: unknown;
    new TestScheduler(
      (
        actual: readonly { frame: number; notification: { kind: string; error?: unknown } }[],
        wanted: typeof actual,
      ) => {
        expect(actual.map(({ frame, notification }) => [frame, notification.kind])).toEqual(
          wanted.map(({ frame, notification }) => [frame, notification.kind]),
        );
        error = actual.at(-1)?.notification.error;
      },
    ).run(({ cold, expectObservable }) => {
      expectObservable(cold(source, words).pipe(collected())).toBe(expected);
    });
    expect(error).toBeInstanceOf(HeadwaterError);
    expect(error).toMatchObject({ code: 'HW_VECTORS', message: expect.stringMatching(message) as string });
  });

  it('refuses a limit that is none', () => {
    for (const limit of [0, 1.5, NaN])
      expect(() => collectVectors({ limit })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
