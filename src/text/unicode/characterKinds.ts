/** The kinds of characters that the scanner distinguishes. */
export const SPACE = 0;
export const LETTER = 1;
export const DIGIT = 2;
/** Punctuation or a symbol. */
export const MARK = 3;
/** A letter of a script without spaces between words. */
export const UNSPACED = 4;
export const EMOJI = 5;
/** A zero-width joiner or non-joiner, which may occur inside a word. */
export const JOINER = 6;
/** Not part of any token. */
export const NOTHING = 7;

const SPACES = /^[\p{White_Space}\p{Cc}]/u;
const SCRIPTS = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
/** A mark that many scripts share does not count as a letter of one script: U+3099 counts, U+0301 does not. */
const UNSPACED_LETTERS = new RegExp(String.raw`^(?=[${SCRIPTS}])[\p{L}\p{M}\p{Nl}]`, 'u');
const LETTERS = /^[\p{L}\p{M}]/u;
const NUMBERS = /^\p{N}/u;
const PICTURES = /^[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;
const FORMATS = /^[\p{Cf}\p{Cs}\p{Cn}]/u;

const kindOfPoint = (point: number): number => {
  if (point === 0x200c || point === 0x200d) return JOINER;
  const character = String.fromCodePoint(point);
  if (SPACES.test(character)) return SPACE;
  if (UNSPACED_LETTERS.test(character)) return UNSPACED;
  if (LETTERS.test(character)) return LETTER;
  if (NUMBERS.test(character)) return DIGIT;
  if (PICTURES.test(character)) return EMOJI;
  return FORMATS.test(character) ? NOTHING : MARK;
};

/** The kinds of the characters below U+10000. A block of 256 is computed at its first use. */
const kinds = new Uint8Array(0x10000);
const isFilled = new Uint8Array(256);

const fill = (block: number): void => {
  isFilled[block] = 1;
  for (let point = block << 8, end = point + 256; point < end; point++) kinds[point] = kindOfPoint(point);
};
fill(0);

/** The kinds of the characters above, added at their first use, because few of them occur. */
const rareKinds = new Map<number, number>();

const kindOfPair = (high: number, low: number): number => {
  const point = ((high - 0xd800) << 10) + (low - 0xdc00) + 0x10000;
  const known = rareKinds.get(point);
  if (known !== undefined) return known;
  const kind = kindOfPoint(point);
  if (rareKinds.size < 0x10000) rareKinds.set(point, kind);
  return kind;
};

const wideKindAt = (text: string, at: number, unit: number): number => {
  if (unit < 0xd800 || unit > 0xdfff) {
    if (isFilled[unit >>> 8] === 0) fill(unit >>> 8);
    return kinds[unit]!;
  }
  const other = text.charCodeAt(unit < 0xdc00 ? at + 1 : at - 1);
  if (unit < 0xdc00) return other >= 0xdc00 && other <= 0xdfff ? kindOfPair(unit, other) : NOTHING;
  return other >= 0xd800 && other < 0xdc00 ? kindOfPair(other, unit) : NOTHING;
};

/**
 * The kind of the character at a position of a text; `SPACE` beyond its end. Both halves of a surrogate pair have the
 * kind of their character; an unpaired half is `NOTHING`.
 */
export const kindAt = (text: string, at: number): number => {
  if (at >= text.length) return SPACE;
  const unit = text.charCodeAt(at);
  return unit < 256 ? kinds[unit]! : wideKindAt(text, at, unit);
};
