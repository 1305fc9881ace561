import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { asciiPreprocessor } from './internal/asciiPreprocessor.js';
import { STOP_WORDS } from './stopWords.js';

/** How headlines are preprocessed. */
export interface TextPreprocessorOptions {
  /**
   * The words to leave out, in the order in which they are tried at each place of the text. Default: `STOP_WORDS`.
   *
   * Words are literal text (`c++` is no pattern) and are lower-cased, as the text is. `[]` leaves nothing out.
   */
  readonly stopWords?: readonly string[] | undefined;
}

/** What CPython's `re` takes for a word character in text: a letter or a number of any script, or the low line. */
const WORD = String.raw`[\p{L}\p{N}_]`;

/**
 * The edge of a word among such characters; JavaScript's own `\b` knows ASCII alone, and would find `the` in `éthe`.
 */
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;

/** What CPython's `\s` takes for white space; JavaScript's lacks U+001C to U+001F and U+0085, and has U+FEFF. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;

const literal = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

const stopWordPattern = (words: readonly string[]): RegExp | undefined =>
  words.length === 0 ? undefined : new RegExp(`${EDGE}(?:${words.map(literal).join('|')})${EDGE}${SPACE}*`, 'gu');

/**
 * Leaves out everything from a `(` to the first `)` after it, the two included; a `(` that none follows stays.
 *
 * This is `\([^)]*\)` replaced by nothing, but in time linear in the text: the pattern reads to the end again for each
 * `(` that is never closed.
 */
const withoutParentheses = (text: string): string => {
  let kept = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf('(', from);
    const close = open === -1 ? -1 : text.indexOf(')', open);
    if (close === -1) return from === 0 ? text : kept + text.slice(from);
    kept += text.slice(from, open);
    from = close + 1;
  }
};

/**
 * What `textPreprocessor` does to a lower-cased text, step by step and for every script. `asciiPreprocessor` does the
 * same faster, where it can.
 *
 * @param words the stop words, lower-cased
 */
export const patternPreprocessor = (words: readonly string[]): ((lower: string) => string) => {
  const stopWords = stopWordPattern(words);
  return (lower) => {
    const kept = stopWords === undefined ? lower : lower.replace(stopWords, '');
    return withoutParentheses(kept)
      .replace(/[^A-Za-z0-9]+/g, ' ')
      .trim();
  };
};

/**
 * Makes a function that preprocesses headlines: lower case, without stop words and parentheses, and only ASCII letters
 * and digits in words one space apart.
 *
 * In this order: the text is lower-cased; stop words leave, each with the white space after it; what stands in
 * parentheses leaves, nesting not minded; every run of other characters than ASCII letters and digits becomes one
 * space; the ends are trimmed. The lesson's `preprocess` also sets punctuation apart by spaces before the fourth step,
 * which that step undoes.
 *
 * A word's edge and white space are what CPython's `re` takes for them, so the results are equal to the lesson's
 * character by character. (The tables behind are those of the Unicode edition that this JavaScript engine knows: a
 * letter assigned after CPython's edition counts as a letter here.)
 *
 * Departures from the lesson, for stop words of one's own alone: they are taken literally instead of as patterns; they
 * are lower-cased; an empty list leaves nothing out, where the lesson's empty pattern would join the words.
 *
 * The stop words are compiled once, here; the time for a text is linear in its length.
 *
 * @param options which words to leave out
 * @returns a pure function from a title to its text; the text is empty where nothing is left
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 *
 * @example
 * ```ts
 * import { textPreprocessor } from 'headwater';
 * const preprocess = textPreprocessor({ stopWords: ['a', 'of'] });
 * preprocess('A Tale of Two Harbours (Review)'); // 'tale two harbours'
 * ```
 */
export const textPreprocessor = (options: TextPreprocessorOptions = {}): ((text: string) => string) => {
  const words = (options.stopWords ?? STOP_WORDS).map((word) => word.toLowerCase());
  if (words.includes('')) {
    throw new HeadwaterError(
      'HW_USAGE',
      'A stop word is empty: it would be found between any two words and join them. Leave it out of stopWords.',
    );
  }
  const anyText = patternPreprocessor(words);
  const asciiText = asciiPreprocessor(words);
  return (text) => asciiText?.(text) ?? anyText(text.toLowerCase());
};
