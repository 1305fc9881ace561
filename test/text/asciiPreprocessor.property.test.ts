import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiPreprocessor } from '../../src/text/internal/asciiPreprocessor.js';
import { STOP_WORDS } from '../../src/text/stopWords.js';
import { patternPreprocessor } from '../../src/text/textPreprocessor.js';

/** What a text is made of: stop words whole and in part, and everything that may stand at their edges. */
const pieces = fc.constantFrom(
  ...[
    'the',
    'don',
    "don't",
    'i',
    's',
    't',
    'shouldn',
    "should've",
    'should',
    "that'll",
    'a',
    'tide',
    'thex',
    'The',
    "Don'T",
    '7',
    'x7',
    'c++',
  ],
  ...[
    "'",
    "''",
    '(',
    ')',
    '()',
    '((',
    '))',
    '_',
    '__',
    '-',
    '.',
    ',',
    '$',
    '\0',
    '\x7f',
    ' ',
    '  ',
    '\t',
    '\n',
    '\v',
    '\x1b',
    '\x1c',
    '\x1f',
    'X',
  ],
);
const texts = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''));
const anyAscii = fc.string({ unit: 'binary-ascii', maxLength: 40 });

/** Stop words in an order of their own, with others inside them or at their beginning. */
const lists = fc.uniqueArray(
  fc.constantFrom(
    'don',
    "don't",
    "don't know",
    'the',
    'the_',
    'a',
    'a b',
    "rock'n'roll",
    'rock',
    '_',
    '7',
    'tide',
    "t'is",
    't',
    'x\ty',
    'na\u00efve',
  ),
  { minLength: 1 },
);

const agree = (words: readonly string[], text: string): void => {
  expect(asciiPreprocessor(words)?.(text)).toBe(patternPreprocessor(words)(text.toLowerCase()));
};

describe('asciiPreprocessor', () => {
  it('makes of every ASCII text what the patterns make of it', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: texts }, anyAscii), (text) => agree(STOP_WORDS, text)),
      { seed: 25, numRuns: 3000 },
    );
  });

  it('tries stop words of any order as the patterns do', () => {
    const tricky = fc
      .array(
        fc.constantFrom(
          'don',
          'Don',
          "'",
          't',
          'T',
          ' ',
          'know',
          'the',
          '_',
          'a',
          'b',
          'rock',
          'n',
          'roll',
          '7',
          'x',
          '\t',
          'y',
          '(',
          ')',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(''));
    fc.assert(fc.property(lists, tricky, agree), { seed: 26, numRuns: 1000 });
  });

  it('leaves a text that is not ASCII to the patterns, wherever the character stands', () => {
    const preprocess = asciiPreprocessor(STOP_WORDS)!;
    for (const text of [
      '\u00e9the',
      'the\u00e9',
      'the \u00e9',
      'quay (\u00e9) wall',
      "don't\u2019",
      "don't\u212anow",
      'quay\u0085',
      'the\u0085',
    ])
      expect(preprocess(text)).toBeUndefined();
  });

  it('leaves a text of more than 16 Ki characters to the patterns', () => {
    expect(asciiPreprocessor(STOP_WORDS)!('x'.repeat(16_384))).toHaveLength(16_384);
    expect(asciiPreprocessor(STOP_WORDS)!('x'.repeat(16_385))).toBeUndefined();
  });

  it.each(["'s", 'c++', '-', 'a(b', 'a)', '('])(
    'is not made for the stop word %s, whose edges are not those of words',
    (word) => {
      expect(asciiPreprocessor(['the', word])).toBeUndefined();
    },
  );
});
