import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { from, lastValueFrom, map } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import type { TokenizerOptions } from '../../src/text/TokenizerOptions.js';

const SEED = 20;

const fitted = (texts: readonly string[], options?: TokenizerOptions): Promise<Tokenizer> =>
  lastValueFrom(from(texts).pipe(Tokenizer.fit(options)));

const read = (value: unknown): Tokenizer => {
  const tokenizer = Tokenizer.fromJSON(value);
  if (E.isLeft(tokenizer)) throw tokenizer.left;
  return tokenizer.right;
};

const vocabulary = (tokens: readonly string[], charLevel = false): Tokenizer =>
  read({
    char_level: charLevel,
    oov_token: tokens[1],
    token_to_index: Object.fromEntries(tokens.map((token, index) => [token, index])),
  });

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('Tokenizer.fit', () => {
  const texts = ['tide turns', 'tide rises', 'moon rises', 'tide ebbs'];

  it('puts the most frequent token first, and equally frequent ones as first seen', async () => {
    const tokenizer = await fitted(texts);
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', 'tide', 'rises', 'turns', 'moon', 'ebbs']);
    expect(tokenizer).toMatchObject({
      size: 7,
      padIndex: 0,
      padToken: '<PAD>',
      unknownIndex: 1,
      unknownToken: '<UNK>',
      minTokenFrequency: 1,
      charLevel: false,
    });
  });

  it('keeps numTokens tokens, padding and unknown among them, and says how frequent the rarest is', async () => {
    const tokenizer = await fitted(texts, { numTokens: 4 });
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', 'tide', 'rises']);
    expect(tokenizer.minTokenFrequency).toBe(2);
  });

  it('leaves out tokens rarer than minTokenFrequency, and says how frequent the rarest kept is', async () => {
    const tokenizer = await fitted(['a a a a', 'b b b', 'c'], { minTokenFrequency: 2 });
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', 'a', 'b']);
    expect(tokenizer.minTokenFrequency).toBe(3);
  });

  it('forgets the rarest tokens where there are more than it counts, and finds the frequent ones all the same', async () => {
    const texts = Array.from({ length: 400 }, (_, i) => `rain once${i} ${i % 2 === 0 ? 'cup' : 'vote'}`);
    const tokenizer = await fitted(texts, { numTokens: 5, mostCounted: 40 });
    expect(tokenizer.tokens.slice(2)).toEqual(['rain', 'cup', 'vote']);
    expect(tokenizer.minTokenFrequency).toBe(200);
    const unbounded = await fitted(texts, { numTokens: 1000, mostCounted: 40 });
    expect(unbounded.size).toBe(405);
    const allOnce = await fitted(
      Array.from({ length: 100 }, (_, i) => `w${i}`),
      { numTokens: 4, mostCounted: 20 },
    );
    expect(allOnce.tokens.slice(2)).toEqual(['w0', 'w1']);
  });

  it('takes names for padding and unknown; words spelt like them take no index', async () => {
    const tokenizer = await fitted(['pad tide odd pad'], { padToken: 'pad', unknownToken: 'odd' });
    expect(tokenizer.tokens).toEqual(['pad', 'odd', 'tide']);
    expect([...tokenizer.encode('pad tide odd')]).toEqual([1, 2, 1]);
  });

  it('takes code points for characters, as Python does', async () => {
    const tokenizer = await fitted(['a\u{1f30a}a', '\u{1f30a}a'], { charLevel: true });
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', 'a', '\u{1f30a}']);
    expect([...tokenizer.encode('\u{1f30a}\ud83c')]).toEqual([3, 1]);
    expect(tokenizer.decode([3, 2])).toBe('\u{1f30a}a');
  });

  it('takes the empty text for one empty word, as Python does', async () => {
    const tokenizer = await fitted(['', 'tide  turns', '']);
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', '', 'tide', 'turns']);
    expect([...tokenizer.encode('')]).toEqual([2]);
    expect([...vocabulary(['<PAD>', '<UNK>', 'tide']).encode('')]).toEqual([1]);
    expect([...vocabulary(['<PAD>', '<UNK>', 'a'], true).encode('')]).toEqual([]);
  });

  it('learns words that mean something to JavaScript objects', async () => {
    const tokenizer = await fitted(['__proto__ constructor __proto__ 7 toString']);
    expect(tokenizer.tokens).toEqual(['<PAD>', '<UNK>', '__proto__', 'constructor', '7', 'toString']);
    expect([...tokenizer.encode('__proto__ hasOwnProperty toString')]).toEqual([2, 1, 5]);
  });

  it.each([
    { numTokens: 2 },
    { numTokens: 0 },
    { numTokens: 5.5 },
    { numTokens: NaN },
    { minTokenFrequency: 0 },
    { minTokenFrequency: Infinity },
    { padToken: '<UNK>' },
  ])('refuses %j at once', (options) => {
    expect(() => Tokenizer.fit(options)).toThrow(code('HW_USAGE'));
  });

  it('errs where there is nothing to learn', async () => {
    await expect(fitted([])).rejects.toThrow(code('HW_EMPTY'));
    await expect(fitted(['', ''], { charLevel: true })).rejects.toThrow(code('HW_EMPTY'));
    await expect(fitted(['a b'], { minTokenFrequency: 2 })).rejects.toThrow(/lower minTokenFrequency/);
  });

  const marbles = (body: (helpers: RunHelpers) => void): void => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
  };
  const words = map((tokenizer: Tokenizer) => tokenizer.tokens.slice(2).join());

  it('emits once, when the texts complete', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--a--|');
      const expected = '     -----------(t|)';
      expectObservable(source.pipe(Tokenizer.fit(), words)).toBe(expected, { t: 'a,b' });
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('starts a count of its own for each subscriber', () => {
    marbles(({ cold, expectObservable }) => {
      const least = map((tokenizer: Tokenizer) => tokenizer.minTokenFrequency);
      const counted = cold('-a-b-b-a-|').pipe(Tokenizer.fit(), least);
      expectObservable(counted).toBe('       ---------(t|)', { t: 2 });
      expectObservable(counted, '--^').toBe('-----------(t|)', { t: 2 });
    });
  });

  it('waits for ever where the texts do not end', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -');
      expectObservable(source.pipe(Tokenizer.fit()), '^---!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('passes on an error, and errs where there are no texts', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('--a--#').pipe(Tokenizer.fit())).toBe('-----#');
      const none = cold('--|').pipe(Tokenizer.fit());
      const error = new HeadwaterError(
        'HW_EMPTY',
        'There are no texts to learn a vocabulary from: check that the ' +
          'source has rows, and that the train side has some.',
      );
      expectObservable(none).toBe('--#', undefined, error);
    });
  });

  it('leaves its source when it is left', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --a--b--a--|');
      const leave = '        ------!';
      expectObservable(source.pipe(Tokenizer.fit()), leave).toBe('-------');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });
});

describe('Tokenizer', () => {
  it('gives unknown words and words spelt like padding the unknown index', () => {
    const tokenizer = vocabulary(['<PAD>', '<UNK>', 'tide']);
    expect(tokenizer.encode('tide <PAD> moon <UNK>')).toEqual(Int32Array.of(2, 1, 1, 1));
  });

  it('writes padding out, and unknown for an index that no token has', () => {
    const tokenizer = vocabulary(['<PAD>', '<UNK>', 'tide']);
    expect(tokenizer.decode(Int32Array.of(2, 0, 7, -1))).toBe('tide <PAD> <UNK> <UNK>');
    expect(tokenizer.decode([])).toBe('');
  });

  it('knows tokens by name', () => {
    const tokenizer = vocabulary(['<PAD>', '<UNK>', 'tide']);
    expect(['<PAD>', 'tide', 'moon', '__proto__'].map((token) => tokenizer.indexOf(token))).toEqual([
      0,
      2,
      undefined,
      undefined,
    ]);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(vocabulary(['<PAD>', '<UNK>', 'tide']).tokens)).toBe(true);
  });

  const tokens = fc.uniqueArray(
    fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((token) => !token.includes(' ') && !['<PAD>', '<UNK>'].includes(token)),
    { minLength: 1, maxLength: 12 },
  );

  it('decodes what it encoded, for known words', () => {
    fc.assert(
      fc.property(tokens, fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (known, picks) => {
        const tokenizer = read({
          char_level: false,
          oov_token: '<UNK>',
          token_to_index: indices(['<PAD>', '<UNK>', ...known]),
        });
        const text = picks.map((pick) => known[pick % known.length]).join(' ');
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { seed: SEED },
    );
  });

  it('decodes what it encoded, for known characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), async (text) => {
        const tokenizer = await fitted([text], { charLevel: true });
        const ids = tokenizer.encode(text);
        expect(tokenizer.decode(ids)).toBe(text);
        expect(ids.every((id) => id > 1)).toBe(true);
      }),
      { seed: SEED },
    );
  });

  it('is what it was after JSON, whatever the tokens', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom('__proto__', '7', '08', 'constructor', '', '"', '\u007f'),
          ),
          { minLength: 2 },
        ),
        fc.boolean(),
        (all, charLevel) => {
          const tokenizer = read({ char_level: charLevel, oov_token: all[1], token_to_index: indices(all) });
          expect(tokenizer.tokens).toEqual(all);
          expect(Tokenizer.parse(tokenizer.stringify())).toEqual(E.right(tokenizer));
          expect(Tokenizer.parse(JSON.stringify(tokenizer))).toEqual(E.right(tokenizer));
          expect(read(JSON.parse(tokenizer.stringify())).tokens).toEqual(all);
        },
      ),
      { seed: SEED },
    );
  });
});

/** An object whose keys may be `__proto__`. */
const indices = (names: readonly string[]): unknown =>
  Object.assign(Object.create(null), JSON.parse(`{${names.map((name, i) => `${JSON.stringify(name)}:${i}`).join()}}`));

describe('Tokenizer JSON', () => {
  it('is written as CPython writes it', () => {
    const tokenizer = vocabulary(
      ['<PAD>', '<UNK>', '7', 'caf\u00e9', '\u{1f30a}', '"\\\n\t\b\f\r\u0000\u007f/', '3'],
      true,
    );
    expect(tokenizer.stringify()).toBe(
      [
        '{',
        '    "char_level": true,',
        '    "oov_token": "<UNK>",',
        '    "token_to_index": {',
        '        "<PAD>": 0,',
        '        "<UNK>": 1,',
        '        "7": 2,',
        String.raw`        "caf\u00e9": 3,`,
        String.raw`        "\ud83c\udf0a": 4,`,
        String.raw`        "\"\\\n\t\b\f\r\u0000\u007f/": 5,`,
        '        "3": 6',
        '    }',
        '}',
      ].join('\n'),
    );
  });

  it('keeps a token called __proto__', () => {
    const text = '{"char_level":false,"oov_token":"<UNK>","token_to_index":{"<PAD>":0,"<UNK>":1,"__proto__":2}}';
    const tokenizer = read(JSON.parse(text));
    expect([...tokenizer.encode('__proto__ toString')]).toEqual([2, 1]);
    expect(JSON.stringify(tokenizer)).toBe(text);
    expect(tokenizer.stringify()).toContain('"__proto__": 2');
  });

  it('goes by the indices, not by the order of the keys', () => {
    const tokenizer = read({ oov_token: 'u', token_to_index: { b: 3, 9: 2, u: 1, p: 0 }, char_level: false });
    expect(tokenizer.tokens).toEqual(['p', 'u', '9', 'b']);
    expect(tokenizer.minTokenFrequency).toBeUndefined();
  });

  it('takes the unknown token where it stands', () => {
    const tokenizer = read({ char_level: false, oov_token: 'u', token_to_index: { p: 0, a: 1, u: 2 } });
    expect(tokenizer.unknownIndex).toBe(2);
    expect([...tokenizer.encode('a b')]).toEqual([1, 2]);
  });

  const good = { char_level: false, oov_token: 'u', token_to_index: { p: 0, u: 1, a: 2 } };
  it.each([
    ['not an object', [], /should be/],
    ['null', null, /should be/],
    ['no char_level', { ...good, char_level: undefined }, /char_level should be boolean, but is missing/],
    [
      'no vocabulary',
      { char_level: false, oov_token: 'u' },
      /token_to_index should be an object from names to the indices/,
    ],
    ['a list for a vocabulary', { ...good, token_to_index: ['p', 'u'] }, /token_to_index should be/],
    [
      'a gap',
      { ...good, token_to_index: { p: 0, u: 1, a: 3 } },
      /"a" has the index 3, but 3 names take the indices 0 to 2/,
    ],
    ['an index twice', { ...good, token_to_index: { p: 0, u: 1, a: 1 } }, /"a" has the index 1/],
    ['half an index', { ...good, token_to_index: { p: 0, u: 1, a: 1.5 } }, /"a" has the index 1\.5/],
    ['a negative index', { ...good, token_to_index: { p: 0, u: 1, a: -1 } }, /"a" has the index -1/],
    ['an index in quotes', { ...good, token_to_index: { p: 0, u: 1, a: '2' } }, /"a" has the index "2"/],
    ['an unknown token without an index', { ...good, oov_token: 'x' }, /oov_token "x" must have an index/],
    ['a long one without an index', { ...good, oov_token: 'x'.repeat(5000) }, /oov_token "x{79}…" must have an index/],
    [
      'one token for padding and unknown',
      { ...good, oov_token: 'p' },
      /oov_token "p" must have an index in token_to_index, and not 0/,
    ],
    ['no tokens', { ...good, token_to_index: {} }, /oov_token "u" must have an index/],
  ])('is refused: %s', (_, value, message) => {
    const tokenizer = Tokenizer.fromJSON(value, 'model/tokenizer.json');
    if (E.isRight(tokenizer)) throw new Error('should have been refused');
    expect(tokenizer.left).toBeInstanceOf(HeadwaterError);
    expect(tokenizer.left).toMatchObject({ code: 'HW_ARTIFACT', where: 'model/tokenizer.json' });
    expect(tokenizer.left.message).toMatch(message);
    expect(tokenizer.left.message).toMatch(/^model\/tokenizer\.json is no tokenizer: /);
  });

  it('is refused where it is not JSON', () => {
    const tokenizer = Tokenizer.parse('{"char_level": fal');
    if (E.isRight(tokenizer)) throw new Error('should have been refused');
    expect(tokenizer.left).toMatchObject({ code: 'HW_ARTIFACT', where: undefined });
    expect(tokenizer.left.cause).toBeInstanceOf(SyntaxError);
  });
});
