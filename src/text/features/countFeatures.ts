import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { DelimitedTokens } from './DelimitedTokens.js';
import type { FeatureCounts } from './FeatureCounts.js';

/** The kinds of features of a text. */
export interface FeatureOptions {
  /** Features have numbers from 0 to 2^bits − 1; 8 to 24. Default 20. */
  readonly bits?: number | undefined;
  /**
   * Whether features of the tokens as written are added to those of the lower-case tokens, where the two differ.
   * Default false.
   */
  readonly cased?: boolean | undefined;
  /**
   * Whether neighbouring tokens of scripts without spaces between words (Han, Kana, Thai, Lao, Khmer, Burmese) are one
   * token for the n-grams. Where each character is a token, there are no longer n-grams otherwise. Default false.
   */
  readonly runs?: boolean | undefined;
}

/** The same options, checked and complete. */
export interface FeatureSettings {
  readonly bits: number;
  readonly cased: boolean;
  readonly runs: boolean;
}

/**
 * @throws HeadwaterError `HW_USAGE` for an invalid number of bits
 */
export const featureSettings = ({ bits = 20, cased = false, runs = false }: FeatureOptions): FeatureSettings => {
  if (Number.isSafeInteger(bits) && bits >= 8 && bits <= 24) return { bits, cased, runs };
  throw new HeadwaterError('HW_USAGE', `The bits of a feature are ${bits}, but must be a whole number from 8 to 24.`);
};

/** The longest n-gram of characters. The shortest has two. */
const LONGEST = 5;

const SPACE = 32;

// 32-bit FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo), over UTF-16 units instead of bytes. For ASCII text the hashes are
// the same.
const BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
const hashed = (hash: number, unit: number): number => Math.imul(hash ^ unit, PRIME);
const hashedAll = (text: string, from = BASIS): number => {
  let hash = from;
  for (let at = 0; at < text.length; at++) hash = hashed(hash, text.charCodeAt(at));
  return hash;
};

const WORD = hashedAll('w ');
const PAIR = hashedAll('b ');
const CHARACTERS = hashedAll('c ');
/** The neighbour of the first token in its pair, and that of the last token. */
const BEFORE = hashedAll('<s>', PAIR);
const AFTER = ' </s>';

/**
 * Makes a function that counts the hashed features of a preprocessed text, whose tokens are separated by one space.
 *
 * Block 1: `w ` and each token; `b ` and each pair of neighbours with a space between them, where `<s>` comes before
 * the first token and `</s>` after the last one. Block 2: `c ` and each sequence of 2 to 5 UTF-16 units in `<` token
 * `>`; with `runs`, neighbouring tokens of scripts without spaces are one token here. Each is hashed by FNV-1a (32 bit,
 * UTF-16 units) and reduced to the lower bits.
 *
 * A hash continues from unit to unit, so an n-gram costs one step and needs no string of its own.
 *
 * The function writes to the given counts (block 1, then block 2). It keeps buffers of the length of the longest text.
 */
export const featureCounter = ({
  bits,
  cased,
  runs,
}: FeatureSettings): ((text: string, into: FeatureCounts) => void) => {
  const mask = 2 ** bits - 1;
  const tokens = new DelimitedTokens();
  let words = new Int32Array(512);
  let grams = new Int32Array(4096);
  let wordCount = 0;
  let gramCount = 0;

  /**
   * @param all whether every feature counts, or only those that differ from their lower case
   */
  const hashWords = (units: Uint16Array, bounds: Int32Array, count: number, all: boolean): void => {
    const { nextCased } = tokens;
    let before = BEFORE;
    let counts = false;
    for (let token = 0; token < count; token++) {
      const first = bounds[2 * token]!;
      const last = bounds[2 * token + 1]!;
      let word = WORD;
      let left = PAIR;
      let pair = hashed(before, SPACE);
      for (let at = first + 1; at < last; at++) {
        const unit = units[at]!;
        word = hashed(word, unit);
        left = hashed(left, unit);
        pair = hashed(pair, unit);
      }
      const other = all || nextCased[first]! < last;
      if (other) words[wordCount++] = word & mask;
      if (other || counts) words[wordCount++] = pair & mask;
      before = left;
      counts = other;
    }
    if (counts) words[wordCount++] = hashedAll(AFTER, before) & mask;
  };

  /**
   * @param all whether every n-gram counts, or only those that differ from their lower case
   */
  const hashGrams = (units: Uint16Array, bounds: Int32Array, count: number, all: boolean): void => {
    const { nextCased } = tokens;
    for (let token = 0; token < count; token++) {
      const first = bounds[2 * token]!;
      const last = bounds[2 * token + 1]!;
      if (!all && nextCased[first]! >= last) continue;
      for (let start = first; start < last; start++) {
        const longest = Math.min(start + LONGEST - 1, last);
        const shortest = all ? start + 1 : nextCased[start]!;
        if (shortest > longest) continue;
        let hash = hashed(CHARACTERS, units[start]!);
        for (let at = start + 1; at <= longest; at++) {
          hash = hashed(hash, units[at]!);
          if (at >= shortest) grams[gramCount++] = hash & mask;
        }
      }
    }
  };

  return (text, into) => {
    const both = tokens.read(text, cased, runs);
    // Each token makes a word and a pair, and the end makes one more pair. Each unit makes four n-grams. All may occur
    // twice.
    const { bounds, count, units, written, writtenBounds } = tokens;
    if (4 * count + 2 > words.length) words = new Int32Array(8 * count + 4);
    if (8 * units.length > grams.length) grams = new Int32Array(8 * units.length);
    wordCount = 0;
    gramCount = 0;
    hashWords(units, bounds, count, true);
    hashGrams(tokens.runUnits, tokens.runBounds, tokens.runCount, true);
    if (both) {
      hashWords(written, writtenBounds, count, false);
      hashGrams(written, writtenBounds, count, false);
    }
    into.clear();
    into.countAll(words, wordCount);
    into.nextBlock();
    into.countAll(grams, gramCount);
  };
};
