import { describe, expect, it } from 'vitest';
import { preprocessText } from '../../src/text/preprocessText.js';
import { textPreprocessor } from '../../src/text/textPreprocessor.js';

/**
 * Odd texts, what CPython 3.11 makes of them with the lesson's steps (custom words escaped there), and the stop words
 * where they are not the default.
 */
const CPYTHON: readonly (readonly [text: string, expected: string, stopWords?: readonly string[]])[] = [
  // Lower case that comes out as ASCII: dotted capital I, the Kelvin sign; and a capital sigma at the end of a word.
  ['\u0130\u0130 the \u0130s the', ''],
  ['\u212aelvin and \u212ait', 'kelvin kit'],
  ['\u039f\u0394\u039f\u03a3 the \u039f\u0394\u039f\u03a3', ''],
  // Letters and numbers of any script, and the low line, are part of a word; combining marks and format characters are
  // not.
  ['\u00e9the the\u00e9 the', 'the the'],
  ['the\u00b2x x\u00b2the the\u00bd \u00b2', 'the x x the the'],
  ['\u4e00the the\u4e00 the', 'the the'],
  ['\u0663the the_ _the the', 'the the the'],
  ['\u{1d7d8}the \u{10400}the', 'the the'],
  ['the\u0301 e\u0301the', 'e'],
  ['\u200bthe\u200bnew', 'new'],
  ['\ufeffThe tide', 'tide'],
  ['\ud800the \udc00the', ''],
  ['\ufb01t \u00dftein \u01c5', 't tein'],
  // White space and control characters.
  ['the\u0085tide of\u001cwar', 'tide war'],
  ['NUL\u0000the\u0000tide', 'nul tide'],
  // Apostrophes, straight and curly.
  ["don\u2019t don't DON'T", ''],
  // Parentheses: not nested, over line ends, left open, and joining what stands around them.
  ['quay(north\u000aside)west', 'quaywest'],
  ['a(b(c)d)e)f (g', 'e f g'],
  ['(the) (of (x) y', ''],
  // Punctuation sets words apart.
  ['half-and-half; up.down', 'half half'],
  // Stop words of one's own: with an apostrophe, with white space of Python's alone after them, in an order that
  // matters, full of pattern characters, not ASCII.
  ["tide's out", 'tide', ["'s", 'out']],
  ["tide's\ufeffout x's\u0085out", 'tide out xout', ["'s"]],
  ["tide's\u001cout x's\u001f\u001dout", 'tideout xout', ["'s"]],
  ["don't don", '', ["don't", 'don']],
  ["don't don", 't', ['don', "don't"]],
  ['c++ or c', 'or', ['c++', 'c']],
  ['a.b axb', 'axb', ['a.b']],
  ['na\u00efve na na\u00efves', 'na na ves', ['na\u00efve']],
  ['one - two-three', 'one twothree', ['-']],
  ['x_ x x_y', 'x y', ['x_', 'x']],
  ['\u{10428}a \u{10400} b', 'a b', ['\u{10428}']],
];

describe('textPreprocessor', () => {
  it.each(CPYTHON.map(([text, expected, stopWords]) => ({ text, expected, stopWords })))(
    'makes of $text what CPython makes of it, $expected',
    ({ text, expected, stopWords }) => {
      expect(textPreprocessor({ stopWords })(text)).toBe(expected);
    },
  );

  it('leaves nothing out where the list of stop words is empty', () => {
    expect(textPreprocessor({ stopWords: [] })('Out of the Harbour')).toBe('out of the harbour');
  });

  it('lower-cases stop words as it lower-cases the text', () => {
    expect(textPreprocessor({ stopWords: ['Harbour'] })('HARBOUR wall')).toBe('wall');
  });

  it('refuses an empty stop word, which would join words', () => {
    expect(() => textPreprocessor({ stopWords: ['a', ''] })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('keeps no state between calls', () => {
    const preprocess = textPreprocessor();
    expect([preprocess('The tide turns'), preprocess('The tide turns')]).toEqual(['tide turns', 'tide turns']);
  });

  it('gets through 5 MB of parentheses that are never closed, which takes the lesson hours', () => {
    expect(preprocessText(`tide ${'('.repeat(5_000_000)} turns`)).toBe('tide turns');
  });

  it('gets through 5 MB of stop words', () => {
    expect(preprocessText('the '.repeat(1_250_000))).toBe('');
  });
});
