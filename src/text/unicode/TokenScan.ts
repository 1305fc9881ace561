import { DIGIT, EMOJI, kindAt, LETTER, JOINER, MARK, UNSPACED } from './characterKinds.js';
import { wordSegmenter } from './wordSegmenter.js';

/** The ways to cut text that is written without spaces. */
export const UNSPACED_CUTS = ['words', 'characters', 'none'] as const;

/** How to split words of scripts without spaces: with a dictionary, into single characters, or not at all. */
export type UnspacedCut = (typeof UNSPACED_CUTS)[number];

const DOT = 46;
const COMMA = 44;
const COLON = 58;
const HYPHEN = 45;
const AMPERSAND = 38;
const APOSTROPHE = 39;

/** The bit that makes an ASCII letter lower-case. */
const LOWER = 0x20;
const N = 110;
const T = 116;

/** The last labels that make dotted words a host name. Labels that are also English words (`in`, `it`) are excluded. */
const TOP_LEVEL = new Set(
  (
    'com org net edu gov mil int info biz io ai tv co uk de fr es ' +
    'eu ru cn jp kr au ca nl ch br pl ua cz se pt gr tr'
  ).split(' '),
);

/** A flag, or a pictograph with its skin tone and other pictographs joined to it. */
const PICTURE =
  /\p{RI}{2}|\p{RI}|\p{Extended_Pictographic}\p{EMod}?(?:\u200d\p{Extended_Pictographic}\p{EMod}?)*[\u{e0020}-\u{e007f}]*/uy;

/** A character with its combining marks; both halves of a surrogate pair. */
const CLUSTER = /[^]\p{M}*/uy;

const isWordAt = (text: string, at: number): boolean => {
  const kind = kindAt(text, at);
  return kind === LETTER || kind === DIGIT;
};

/** The end of the run of letters and digits that contains or begins at `at`. */
const runEnd = (text: string, at: number): number => {
  let end = at;
  for (;;) {
    const kind = kindAt(text, end);
    if (kind === LETTER || kind === DIGIT) end++;
    else if (kind === JOINER && end > at && isWordAt(text, end + 1)) end++;
    else return end;
  }
};

const digitsEnd = (text: string, at: number): number => {
  let end = at;
  while (kindAt(text, end) === DIGIT) end++;
  return end;
};

/** The end of the run, including all parts joined to it by `-` and `&`. */
const joinedEnd = (text: string, at: number): number => {
  let end = runEnd(text, at);
  for (;;) {
    const unit = text.charCodeAt(end);
    if ((unit !== HYPHEN && unit !== AMPERSAND) || !isWordAt(text, end + 1)) return end;
    end = runEnd(text, end + 1);
  }
};

/** The end of a verb's contraction that begins at an apostrophe, or -1 where there is none. */
const contractionEnd = (text: string, at: number): number => {
  const first = text.charCodeAt(at + 1) | LOWER;
  // s, d, m
  if (first === 115 || first === 100 || first === 109) return isWordAt(text, at + 2) ? -1 : at + 2;
  const second = text.charCodeAt(at + 2) | LOWER;
  // re, ve; ll
  const isLong = second === 101 ? first === 114 || first === 118 : second === 108 && first === 108;
  return isLong && !isWordAt(text, at + 3) ? at + 3 : -1;
};

/**
 * Finds the tokens of a text and keeps their starts and ends until the next scan.
 *
 * The first matching kind of token applies: `n't` and the verb before it; `'s`, `'re`, `'ve`, `'ll`, `'d`, `'m`;
 * numbers with single `.`, `,` or `:` between their digits; acronyms such as `u.s.`; host names; words, with `-` or `&`
 * inside; pictographs (flags, skin tones and joined pictographs are one token); words of scripts without spaces; single
 * punctuation marks. Letters and digits of every script count, with their combining marks.
 *
 * It makes no string per token.
 */
export class TokenScan {
  /** The start (at 2i) and end (at 2i + 1) of each token, in UTF-16 units. */
  bounds: Int32Array = new Int32Array(128);
  /** The number of tokens. */
  count = 0;

  readonly #punctuation: boolean;
  readonly #unspaced: UnspacedCut;

  constructor(punctuation: boolean, unspaced: UnspacedCut) {
    this.#punctuation = punctuation;
    this.#unspaced = unspaced;
  }

  /**
   * @param text the repaired text
   * @param limit the number of tokens that is enough: the scan stops there, but may have found a few more
   */
  scan(text: string, limit: number): void {
    this.count = 0;
    const { length } = text;
    for (let at = 0; at < length && this.count < limit;) at = this.next(text, at);
  }

  /**
   * Adds the tokens that begin at a position of the text; none at a space.
   *
   * @returns the position at which to continue, beyond `at`
   */
  next(text: string, at: number): number {
    const kind = kindAt(text, at);
    if (kind === LETTER || kind === DIGIT) return this.#word(text, at, kind);
    if (kind === MARK) return this.#mark(text, at);
    if (kind === UNSPACED) return this.#unspacedRun(text, at);
    return kind === EMOJI ? this.#picture(text, at) : at + 1;
  }

  #add(start: number, end: number): void {
    const place = 2 * this.count++;
    if (place === this.bounds.length) {
      const bounds = new Int32Array(2 * place);
      bounds.set(this.bounds);
      this.bounds = bounds;
    }
    this.bounds[place] = start;
    this.bounds[place + 1] = end;
  }

  #word(text: string, start: number, kind: number): number {
    let end = runEnd(text, start);
    const next = text.charCodeAt(end);
    // Most words end at a space.
    if (next === 32) {
      this.#add(start, end);
      return end;
    }
    if (kind === DIGIT && (next === DOT || next === COMMA || next === COLON) && digitsEnd(text, start) === end) {
      const whole = end;
      for (let unit = next; unit === DOT || unit === COMMA || unit === COLON; unit = text.charCodeAt(end)) {
        if (kindAt(text, end + 1) !== DIGIT) break;
        end = digitsEnd(text, end + 1);
      }
      if (end > whole) {
        this.#add(start, end);
        return end;
      }
    }
    if (next === DOT && kind === LETTER && end === start + 1) {
      let last = end;
      while (text.charCodeAt(last) === DOT && kindAt(text, last + 1) === LETTER && !isWordAt(text, last + 2)) last += 2;
      if (last > end) {
        if (text.charCodeAt(last) === DOT) last++;
        this.#add(start, last);
        return last;
      }
    }
    if (next === HYPHEN || next === AMPERSAND) end = joinedEnd(text, start);
    const after = text.charCodeAt(end);
    if (after === APOSTROPHE && this.#isNegation(text, end)) {
      if (end - 1 > start) this.#add(start, end - 1);
      this.#add(end - 1, end + 2);
      return end + 2;
    }
    if (after === DOT && isWordAt(text, end + 1)) end = this.#hostEnd(text, end);
    this.#add(start, end);
    return end;
  }

  /** Whether the apostrophe belongs to `n't`. */
  #isNegation(text: string, at: number): boolean {
    return (
      (text.charCodeAt(at - 1) | LOWER) === N && (text.charCodeAt(at + 1) | LOWER) === T && !isWordAt(text, at + 2)
    );
  }

  /** The end of the host name whose first label ends at `at`; `at` itself where it is not a host name. */
  #hostEnd(text: string, at: number): number {
    let end = at;
    let last = at;
    while (text.charCodeAt(end) === DOT && isWordAt(text, end + 1)) {
      last = end + 1;
      end = joinedEnd(text, last);
    }
    return end - last <= 4 && TOP_LEVEL.has(text.slice(last, end).toLowerCase()) ? end : at;
  }

  #mark(text: string, at: number): number {
    const unit = text.charCodeAt(at);
    if (unit === APOSTROPHE) {
      const end = contractionEnd(text, at);
      if (end !== -1) {
        this.#add(at, end);
        return end;
      }
    }
    const end = at + (unit >= 0xd800 && unit < 0xdc00 ? 2 : 1);
    if (this.#punctuation) this.#add(at, end);
    return end;
  }

  #picture(text: string, at: number): number {
    PICTURE.lastIndex = at;
    const end = PICTURE.test(text) ? PICTURE.lastIndex : at + 1;
    this.#add(at, end);
    return end;
  }

  #unspacedRun(text: string, start: number): number {
    let end = start;
    while (kindAt(text, end) === UNSPACED) end++;
    if (this.#unspaced === 'none') {
      this.#add(start, end);
    } else if (this.#unspaced === 'words') {
      for (const { segment, index } of wordSegmenter().segment(text.slice(start, end)))
        this.#add(start + index, start + index + segment.length);
    } else {
      for (let at = start; at < end; at = CLUSTER.lastIndex) {
        CLUSTER.lastIndex = at;
        if (!CLUSTER.test(text)) break;
        this.#add(at, Math.min(CLUSTER.lastIndex, end));
      }
    }
    return end;
  }
}
