import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { narrowRoom, wideRoom } from '../internal/textRoom.js';
import { foldCase } from './foldCase.js';
import { isAscii, maybeDamaged, repairText } from './repairText.js';
import { TokenScan, UNSPACED_CUTS, type UnspacedCut } from './TokenScan.js';

/** The options of `unicodePreprocessor`. */
export interface UnicodePreprocessorOptions {
  /**
   * The words to leave out, in upper or lower case. Each is split into tokens like a text. One with several tokens is
   * left out where these tokens are consecutive. Default: none.
   */
  readonly stopWords?: readonly string[] | undefined;
  /** Whether punctuation marks are tokens. Default true. */
  readonly punctuation?: boolean | undefined;
  /**
   * How to split Han, Kana, Thai, Lao, Khmer and Burmese, which have no spaces between words. `words`: with the
   * dictionary of `Intl.Segmenter`, which differs between versions of ICU. `characters`: each character is a token,
   * with the same result everywhere. Default `characters`.
   */
  readonly unspaced?: 'words' | 'characters' | undefined;
  /**
   * Whether tokens are characters. Spaces then stay only where the text has them, and scripts without spaces are not
   * split. Default false.
   */
  readonly charLevel?: boolean | undefined;
  /** The largest number of tokens of a text; later tokens are left out. Default: no limit. */
  readonly maxLength?: number | undefined;
}

/** Whether an ASCII character is a letter or a digit. */
const isPlainWord = Uint8Array.from({ length: 128 }, (_, unit) =>
  Number(/[0-9A-Za-z]/.test(String.fromCharCode(unit))),
);

/** Removes tokens from a scan. `leavesOut` returns how many tokens to remove from a position on. */
const dropTokens = (scan: TokenScan, leavesOut: (from: number) => number): void => {
  const { bounds, count } = scan;
  let kept = 0;
  for (let from = 0; from < count;) {
    const dropped = leavesOut(from);
    if (dropped > 0) {
      from += dropped;
      continue;
    }
    bounds[2 * kept] = bounds[2 * from]!;
    bounds[2 * kept + 1] = bounds[2 * from + 1]!;
    kept++;
    from++;
  }
  scan.count = kept;
};

/** Groups the stop words by their first token: for each, the tokens that must follow, the longest list first. */
const byFirstToken = (
  stopWords: readonly string[],
  tokensOf: (word: string) => readonly string[],
): ReadonlyMap<string, readonly (readonly string[])[]> => {
  const table = new Map<string, (readonly string[])[]>();
  for (const word of stopWords) {
    const [first, ...rest] = tokensOf(word);
    if (first === undefined) continue;
    const rests = table.get(first);
    if (rests === undefined) table.set(first, [rest]);
    else rests.push(rest);
  }
  for (const rests of table.values()) rests.sort((a, b) => b.length - a.length);
  return table;
};

/** The first `limit` code points of a text. */
const firstPoints = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let end = 0;
  for (let points = 0; points < limit && end < text.length; points++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
};

/**
 * Makes a function that preprocesses texts of any language: it repairs them and splits them into tokens, separated by
 * one space.
 *
 * It repairs the remains of feeds and scrapers (`&amp;`, `#39;`, `&lt;b&gt;`, `\$`), applies NFKC, and uses one form of
 * apostrophes and quotation marks. The first matching kind of token applies: `n't`, and the verb before it; `'s`,
 * `'re`, `'ve`, `'ll`, `'d`, `'m`; numbers with `.`, `,` or `:` between digits; acronyms (`u.s.`); host names; words,
 * with `-` or `&` inside; emoji; single punctuation marks. Letters and digits of every script count. Tokens keep their
 * case. A `Tokenizer` with `foldCase`, and word vectors, look them up in lower case.
 *
 * The text is read once, without a separate string per token. The time is linear in the text's length. The functions
 * keep buffers of the length of the longest text.
 *
 * @param options the tokens to leave out, the splitting of scripts without spaces, and the largest number of tokens
 * @returns a pure function; its text is empty where no token is left
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { unicodePreprocessor } from 'headwater';
 * const preprocess = unicodePreprocessor();
 * preprocess("Don't miss: AT&amp;T's U.S. results, up 3.5%"); // "Do n't miss : AT&T 's U.S. results , up 3.5 %"
 * preprocess('für Führungsebene'); // 'für Führungsebene'
 * ```
 */
export const unicodePreprocessor = (options: UnicodePreprocessorOptions = {}): ((text: string) => string) => {
  checkOptions('unicodePreprocessor', options, '{ punctuation: false }');
  const {
    stopWords = [],
    punctuation = true,
    unspaced = 'characters',
    charLevel = false,
    maxLength = Infinity,
  } = options;
  checkTypes(
    'unicodePreprocessor',
    { punctuation, unspaced, charLevel, maxLength },
    { punctuation: 'boolean', unspaced: UNSPACED_CUTS, charLevel: 'boolean', maxLength: 'number' },
  );
  const cut: UnspacedCut = charLevel ? 'none' : unspaced;
  const scan = new TokenScan(punctuation, cut);
  let narrow = narrowRoom(256);
  let wide = wideRoom(256);

  const tokensOf = (word: string): readonly string[] => {
    const folded = foldCase(repairText(word));
    scan.scan(folded, Infinity);
    return Array.from({ length: scan.count }, (_, i) => folded.slice(scan.bounds[2 * i], scan.bounds[2 * i + 1]));
  };
  const stops = byFirstToken(stopWords, tokensOf);
  const isDirect = stops.size === 0 && !charLevel;
  const isToken = (source: string, token: string, i: number): boolean =>
    i < scan.count && foldCase(source.slice(scan.bounds[2 * i], scan.bounds[2 * i + 1])) === token;
  const dropStopWords = (source: string): void =>
    dropTokens(scan, (from) => {
      const first = foldCase(source.slice(scan.bounds[2 * from], scan.bounds[2 * from + 1]));
      const found = stops.get(first)?.find((rest) => rest.every((token, i) => isToken(source, token, from + 1 + i)));
      return found === undefined ? 0 : 1 + found.length;
    });

  /** Copies the tokens, separated by one space. */
  const copy = (source: string, into: Uint8Array | Uint16Array): number => {
    const { bounds } = scan;
    const count = charLevel ? scan.count : Math.min(scan.count, maxLength);
    let size = 0;
    for (let token = 0; token < count; token++) {
      const start = bounds[2 * token]!;
      const end = bounds[2 * token + 1]!;
      if (token > 0 && !(charLevel && start === bounds[2 * token - 1])) into[size++] = 32;
      for (let at = start; at < end; at++) into[size++] = source.charCodeAt(at);
    }
    return size;
  };

  /**
   * The tokens of an ASCII text. They are written while they are scanned: most words end at a space, and are copied
   * while their end is searched.
   */
  const plainText = (text: string): string => {
    const { length } = text;
    // Every token except the first takes at least one character and one space before it.
    if (2 * length > narrow.units.length) narrow = narrowRoom(4 * length);
    const into = narrow.units;
    let size = 0;
    let tokens = 0;
    for (let at = 0; at < length && tokens < maxLength;) {
      let unit = text.charCodeAt(at);
      if (unit === 32) {
        at++;
        continue;
      }
      const sizeBefore = size;
      const start = at;
      if (size > 0) into[size++] = 32;
      while (isPlainWord[unit] === 1) {
        into[size++] = unit;
        unit = ++at < length ? text.charCodeAt(at) : 32;
      }
      if (unit === 32 && at > start) {
        tokens++;
        continue;
      }
      size = sizeBefore;
      scan.count = 0;
      at = scan.next(text, start);
      const { bounds } = scan;
      for (let token = 0; token < scan.count && tokens < maxLength; token++, tokens++) {
        if (size > 0) into[size++] = 32;
        for (let from = bounds[2 * token]!, to = bounds[2 * token + 1]!; from < to; from++)
          into[size++] = text.charCodeAt(from);
      }
    }
    return narrow.text(size);
  };

  // Later steps may remove tokens, and a character-level text has more characters than tokens.
  const enough = stops.size > 0 ? Infinity : maxLength;
  return (text) => {
    const whole = !maybeDamaged(text);
    const source = whole ? text : repairText(text);
    const plain = whole || isAscii(source);
    if (plain && isDirect) return plainText(source);
    scan.scan(source, enough);
    if (stops.size > 0) dropStopWords(source);
    const room = source.length + scan.count;
    let result;
    if (plain) {
      if (room > narrow.units.length) narrow = narrowRoom(2 * room);
      result = narrow.text(copy(source, narrow.units));
    } else {
      if (room > wide.units.length) wide = wideRoom(2 * room);
      result = wide.text(copy(source, wide.units));
    }
    return charLevel ? firstPoints(result, maxLength) : result;
  };
};
