import { narrowRoom, wideRoom } from '../internal/textRoom.js';
import { foldCase } from './foldCase.js';
import { isAscii, maybeDamaged, repairText } from './repairText.js';
import { TokenScan, type UnspacedCut } from './TokenScan.js';

/** How `unicodePreprocessor` reads texts. */
export interface UnicodePreprocessorOptions {
  /**
   * The words to leave out, in whatever case. Each is read as a text is; one that has several tokens leaves where they
   * follow one another. Default: none.
   */
  readonly stopWords?: readonly string[] | undefined;
  /** Whether punctuation marks are tokens. Default true. */
  readonly punctuation?: boolean | undefined;
  /**
   * How Han, Kana, Thai, Lao, Khmer and Burmese are cut, which set no spaces between words. `words`: by the dictionary
   * of `Intl.Segmenter`, which differs between editions of ICU. `characters`: each character is a token, the same
   * everywhere. Default `characters`.
   */
  readonly unspaced?: 'words' | 'characters' | undefined;
  /**
   * Whether tokens are to be characters: then words stand apart only where the text has them apart, and scripts without
   * spaces are not cut. Default false.
   */
  readonly charLevel?: boolean | undefined;
  /** The most tokens that are read of a text; what follows is left out. Default: no limit. */
  readonly maxLength?: number | undefined;
}

/** Whether an ASCII character is a letter or a digit. */
const isPlainWord = Uint8Array.from({ length: 128 }, (_, unit) =>
  Number(/[0-9A-Za-z]/.test(String.fromCharCode(unit))),
);

/** Leaves tokens out of a scan: those for which `leavesOut` says how many from there on. */
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

/** The stop words by their first token: for each the tokens that must follow, the longest first. */
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

/** The first code points of a text. */
const firstPoints = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let end = 0;
  for (let points = 0; points < limit && end < text.length; points++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return text.slice(0, end);
};

/**
 * Makes a function that preprocesses texts of any language: repairs them, and cuts them into tokens, one space apart.
 *
 * The repairs are those of what feeds and scrapers leave (`&amp;`, `#39;`, `&lt;b&gt;`, `\$`), NFKC, and one form of
 * apostrophes and quotation marks. Tokens are, of those that fit the first: `n't`, and the verb before it; `'s`, `'re`,
 * `'ve`, `'ll`, `'d`, `'m`; numbers with `.`, `,` or `:` between digits; acronyms (`u.s.`); host names; words, with `-`
 * or `&` within; emoji; punctuation marks one by one. Letters and digits are those of every script. Tokens keep their
 * case: a `Tokenizer` of `foldCase`, and word vectors, look them up in lower case.
 *
 * The text is read once, and no token becomes a string of its own. The time is linear in the text's length. The
 * functions hold buffers of the length of the longest text.
 *
 * @param options which tokens are left out, how scripts without spaces are cut, and how many tokens are read
 * @returns a pure function; the text is empty where nothing is left
 *
 * @example
 * ```ts
 * import { unicodePreprocessor } from 'headwater';
 * const preprocess = unicodePreprocessor();
 * preprocess("Don't miss: AT&amp;T's U.S. results, up 3.5%"); // "Do n't miss : AT&T 's U.S. results , up 3.5 %"
 * preprocess('für Führungsebene'); // 'für Führungsebene'
 * ```
 */
export const unicodePreprocessor = ({
  stopWords = [],
  punctuation = true,
  unspaced = 'characters',
  charLevel = false,
  maxLength = Infinity,
}: UnicodePreprocessorOptions = {}): ((text: string) => string) => {
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

  /** Copies the tokens, one space apart. */
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
   * The tokens of a text of ASCII alone, written as they are found: words that end at a space, as most do, are copied
   * while their end is looked for.
   */
  const plainText = (text: string): string => {
    const { length } = text;
    // Every token but the first has a character of its own and a space before it.
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

  // A token may be left out afterwards, and a character-level text has more characters than tokens.
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
