import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { asciiPreprocessor } from './internal/asciiPreprocessor.js';
import { STOP_WORDS } from './stopWords.js';

/** The options of `textPreprocessor`. */
export interface TextPreprocessorOptions {
  /**
   * The words to remove, in the order in which they are tried at each position of the text. Default: `STOP_WORDS`.
   *
   * Words are literal text (`c++` is not a pattern) and are lower-cased like the text. `[]` removes nothing.
   */
  readonly stopWords?: readonly string[] | undefined;
}

/** The word characters of CPython's `re` in text: a letter or a number of any script, or the underscore. */
const WORD = String.raw`[\p{L}\p{N}_]`;

/** The edge of a word of such characters. JavaScript's own `\b` supports only ASCII, and would find `the` in `éthe`. */
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;

/** The white space of CPython's `\s`; JavaScript's lacks U+001C to U+001F and U+0085, and includes U+FEFF. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;

const literal = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

const stopWordPattern = (words: readonly string[]): RegExp | undefined =>
  words.length === 0 ? undefined : new RegExp(`${EDGE}(?:${words.map(literal).join('|')})${EDGE}${SPACE}*`, 'gu');

/**
 * Removes everything from a `(` to the first `)` after it, including both. A `(` without a later `)` stays.
 *
 * This equals replacing `\([^)]*\)` by nothing, but in linear time: the pattern reads to the end of the text again for
 * each `(` that is never closed.
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
 * Does the steps of `textPreprocessor` on a lower-cased text, for every script. `asciiPreprocessor` does the same
 * faster, where it can.
 *
 * @param words the stop words in lower case
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
 * Makes a function that preprocesses headlines: lower case, without stop words and parentheses, with only ASCII letters
 * and digits, in words separated by one space.
 *
 * In this order: the text is lower-cased; stop words are removed, each with the white space after it; parentheses are
 * removed with their content, without regard to nesting; every run of characters other than ASCII letters and digits
 * becomes one space; the ends are trimmed. The lesson's `preprocess` also surrounds punctuation by spaces before the
 * fourth step, which that step undoes.
 *
 * Word edges and white space are those of CPython's `re`, so the results are equal to the lesson's, character by
 * character. (The underlying tables are those of this JavaScript engine's Unicode version: a letter that was added
 * after CPython's version counts as a letter here.)
 *
 * Differences from the lesson, for custom stop words only: they are literal text instead of patterns; they are
 * lower-cased; an empty list removes nothing, whereas the lesson's empty pattern would join the words.
 *
 * The stop words are compiled once, by this call. The time for a text is linear in its length.
 *
 * @param options the words to remove
 * @returns a pure function from a title to its text; the text is empty where no word is left
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
