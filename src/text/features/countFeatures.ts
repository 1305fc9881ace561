import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { EdgedTokens } from './EdgedTokens.js';
import type { FeatureCounts } from './FeatureCounts.js';

/** Which features a text has. */
export interface FeatureOptions {
  /** Features are numbered from 0 to 2^bits − 1; 8 to 24. Default 20. */
  readonly bits?: number | undefined;
  /**
   * Whether a text has, besides the features of its tokens in lower case, those of the tokens as they are written where
   * these differ. Default false.
   */
  readonly cased?: boolean | undefined;
}

/** The same, checked and complete. */
export interface FeatureSettings {
  readonly bits: number;
  readonly cased: boolean;
}

/** @throws HeadwaterError `HW_USAGE` for a number of bits that cannot work */
export const featureSettings = ({ bits = 20, cased = false }: FeatureOptions): FeatureSettings => {
  if (Number.isSafeInteger(bits) && bits >= 8 && bits <= 24) return { bits, cased };
  throw new HeadwaterError('HW_USAGE', `The bits of a feature are ${bits}, but must be a whole number from 8 to 24.`);
};

/** The longest n-gram of characters. The shortest has two. */
const LONGEST = 5;

const SPACE = 32;

// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo) of 32 bits, over UTF-16 units where its authors take bytes: of ASCII text
// the hashes are the same.
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
/** What stands before the first token in its pair, and after the last one. */
const BEFORE = hashedAll('<s>', PAIR);
const AFTER = ' </s>';

/**
 * Makes a function that counts the hashed features of a preprocessed text, whose tokens stand one space apart.
 *
 * Block 1: `w ` and each token; `b ` and each two neighbours with a space between them, where `<s>` stands before the
 * first token and `</s>` after the last. Block 2: `c ` and each 2 to 5 UTF-16 units that follow one another in `<`
 * token `>`. Each is hashed by FNV-1a (32 bit, UTF-16 units) and cut to the lower bits.
 *
 * Hashes are carried on from unit to unit, so an n-gram costs one step, and none is ever cut out as a string.
 *
 * The function writes to the counts that it is given (block 1, then block 2) and keeps buffers of the length of the
 * longest text.
 */
export const featureCounter = ({ bits, cased }: FeatureSettings): ((text: string, into: FeatureCounts) => void) => {
  const mask = 2 ** bits - 1;
  const tokens = new EdgedTokens();
  let words = new Int32Array(512);
  let grams = new Int32Array(4096);
  let wordCount = 0;
  let gramCount = 0;

  /** @param all whether every feature counts, or only those that are written otherwise than in lower case */
  const hashTokens = (units: Uint16Array, bounds: Int32Array, count: number, all: boolean): void => {
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
      if (!other) continue;
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
    if (counts) words[wordCount++] = hashedAll(AFTER, before) & mask;
  };

  return (text, into) => {
    const both = tokens.read(text, cased);
    // Of each token a word and a pair, and one pair at the end; of each unit four n-grams. All may come twice.
    const { bounds, count, units, written, writtenBounds } = tokens;
    if (4 * count + 2 > words.length) words = new Int32Array(8 * count + 4);
    if (8 * units.length > grams.length) grams = new Int32Array(8 * units.length);
    wordCount = 0;
    gramCount = 0;
    hashTokens(units, bounds, count, true);
    if (both) hashTokens(written, writtenBounds, count, false);
    into.clear();
    into.countAll(words, wordCount);
    into.nextBlock();
    into.countAll(grams, gramCount);
  };
};
