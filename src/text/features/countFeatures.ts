import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { foldCase } from '../unicode/foldCase.js';
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
const OPEN = 60; // <
const CLOSE = 62; // >

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
  let lower = new Uint16Array(256);
  let written = new Uint16Array(256);
  /** Where the text is written otherwise than in lower case. */
  let differs = new Uint8Array(256);
  let length = 0;
  let writtenLength = 0;

  const reserve = (least: number): void => {
    if (least <= lower.length) return;
    const room = Math.max(least, 2 * lower.length);
    lower = new Uint16Array(room);
    written = new Uint16Array(room);
    differs = new Uint8Array(room);
  };

  /** Reads the text; tells whether it is also to be read as it is written. */
  const read = (text: string): boolean => {
    const folded = foldCase(text);
    reserve(Math.max(text.length, folded.length));
    length = folded.length;
    for (let at = 0; at < length; at++) lower[at] = folded.charCodeAt(at);
    if (!cased || folded === text) return false;
    writtenLength = text.length;
    // Where a letter became two, the places are others: then every token counts as written otherwise.
    const aligned = writtenLength === length;
    for (let at = 0; at < writtenLength; at++) {
      const unit = text.charCodeAt(at);
      written[at] = unit;
      differs[at] = aligned && unit === lower[at] ? 0 : 1;
    }
    return true;
  };

  /** @param all whether every feature counts, or only those that are written otherwise than in lower case */
  const countWords = (units: Uint16Array, end: number, all: boolean, into: FeatureCounts): void => {
    let before = BEFORE;
    let counts = false;
    for (let at = 0, start = 0; at < end; start = ++at) {
      let word = WORD;
      let left = PAIR;
      let pair = hashed(before, SPACE);
      let other = all;
      for (let unit = units[at]!; unit !== SPACE; unit = units[at]!) {
        word = hashed(word, unit);
        left = hashed(left, unit);
        pair = hashed(pair, unit);
        other ||= differs[at] === 1;
        if (++at === end) break;
      }
      if (at === start) continue;
      if (other) into.count(word & mask);
      if (other || counts) into.count(pair & mask);
      before = left;
      counts = other;
    }
    if (counts) into.count(hashedAll(AFTER, before) & mask);
  };

  const countCharacters = (units: Uint16Array, end: number, all: boolean, into: FeatureCounts): void => {
    for (let from = 0, to = 0; from < end; from = to + 1) {
      to = from;
      while (to < end && units[to] !== SPACE) to++;
      if (to === from) continue;
      // The places of a token with its brackets are from - 1 to `to`.
      for (let start = from - 1; start < to; start++) {
        let hash = CHARACTERS;
        let other = all;
        const last = Math.min(start + LONGEST - 1, to);
        for (let at = start; at <= last; at++) {
          const inside = at >= from && at < to;
          hash = hashed(hash, inside ? units[at]! : at < from ? OPEN : CLOSE);
          other ||= inside && differs[at] === 1;
          if (other && at > start) into.count(hash & mask);
        }
      }
    }
  };

  return (text, into) => {
    const both = read(text);
    into.clear();
    countWords(lower, length, true, into);
    if (both) countWords(written, writtenLength, false, into);
    into.nextBlock();
    countCharacters(lower, length, true, into);
    if (both) countCharacters(written, writtenLength, false, into);
  };
};
