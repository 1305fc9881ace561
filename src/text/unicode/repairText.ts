import { normalForm } from './normalForm.js';

/** Named entities that remain in the texts of feeds and scrapers. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['hellip', '...'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['lsquo', "'"],
  ['rsquo', "'"],
  ['ldquo', '"'],
  ['rdquo', '"'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['bull', '•'],
  ['middot', '·'],
  ['copy', '©'],
  ['reg', '®'],
  ['trade', '™'],
  ['euro', '€'],
  ['pound', '£'],
  ['cent', '¢'],
  ['deg', '°'],
  ['shy', ''],
]);

const TAG = /<[!/]?[A-Za-z][^<>]{0,500}>|<!--.{0,500}?-->/gsu;
const WORD = /[\p{L}\p{M}\p{N}]/u;
const WORD_OR_SPACE = /[\p{L}\p{M}\p{N}\s]/u;
/** Typographic apostrophes, and a letter that is sometimes used as one. */
const APOSTROPHES = /[\u2018\u2019\u201b\u02bc\u2032]/g;
const QUOTES = /[\u201c-\u201f\u2033]/g;
/** Invisible characters that belong to no word. Joiners are kept, and so are the tag characters of flags. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]+/g;

const WIDE = /[^\0-\x7f]/;

/** Matches all texts that may need a repair. An ASCII text without a match stays unchanged. */
const SUSPECT = /[^\t -~]|[#&;<\\]/;

/** Whether a text contains only ASCII. */
export const isAscii = (text: string): boolean => !WIDE.test(text);

/** Whether `repairText` may change the text. */
export const maybeDamaged = (text: string): boolean => SUSPECT.test(text);

/** The character of a code point; a space for control characters, surrogates and numbers beyond Unicode. */
const characterOf = (point: number): string => {
  const isCharacter =
    point > 31 && point <= 0x10ffff && !(point >= 0x7f && point < 0xa0) && (point & ~0x7ff) !== 0xd800;
  return isCharacter ? String.fromCodePoint(point) : ' ';
};

const AMPERSAND = 38;
const BACKSLASH = 92;
const HASH = 35;
const SEMICOLON = 59;
const X = 120;
const LOWER = 0x20;
const MOST_DIGITS = 7;
const MOST_HEX_DIGITS = 6;
/** One more than the largest number of letters and digits of a reference. */
const LONGEST_REFERENCE = 8;

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isLetter = (unit: number): boolean => (unit | LOWER) >= 97 && (unit | LOWER) <= 122;
const isHexLetter = (unit: number): boolean => (unit | LOWER) >= 97 && (unit | LOWER) <= 102;

/** Whether the character before `at` is a letter, a mark or a digit. */
const isWordBefore = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at - 1);
  if (unit < 128) return isDigit(unit) || isLetter(unit);
  const isPair = unit >= 0xdc00 && unit <= 0xdfff && at > 1;
  const point = text.codePointAt(isPair ? at - 2 : at - 1)!;
  return WORD.test(point > 0xffff ? String.fromCodePoint(point) : String.fromCharCode(unit));
};

/** The number of a reference such as `#39` or `#x27` between `start` and `end`; -1 where it is not one. */
const numberOf = (text: string, start: number, end: number): number => {
  const hexadecimal = (text.charCodeAt(start + 1) | LOWER) === X;
  const first = hexadecimal ? start + 2 : start + 1;
  if (end === first || end - first > (hexadecimal ? MOST_HEX_DIGITS : MOST_DIGITS)) return -1;
  for (let at = first; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (!isDigit(unit) && !(hexadecimal && isHexLetter(unit))) return -1;
  }
  return parseInt(text.slice(first, end), hexadecimal ? 16 : 10);
};

/**
 * Replaces character references, with or without their `&`, because some scrapers lose it. Without `&`, a name must not
 * be the end of a longer word, and a reference must not follow a `;`: in `&amp;lt;`, the first pass replaces only
 * `&amp;`.
 */
const decodeReferences = (text: string): string => {
  let decoded = '';
  let from = 0;
  for (let end = text.indexOf(';'); end !== -1; end = text.indexOf(';', end + 1)) {
    let start = end;
    let letters = true;
    while (start > from && end - start < LONGEST_REFERENCE) {
      const unit = text.charCodeAt(start - 1);
      if (isDigit(unit)) letters = false;
      else if (!isLetter(unit)) break;
      start--;
    }
    const point = start > from && text.charCodeAt(start - 1) === HASH ? numberOf(text, start - 1, end) : -1;
    const isNumber = point !== -1;
    const character = isNumber ? characterOf(point) : letters ? NAMED.get(text.slice(start, end)) : undefined;
    if (isNumber) start--;
    if (character === undefined) continue;
    if (start > 0) {
      const before = text.charCodeAt(start - 1);
      if (before === AMPERSAND) start--;
      else if (before === SEMICOLON || (!isNumber && isWordBefore(text, start))) continue;
    }
    decoded += text.slice(from, start) + character;
    from = end + 1;
  }
  return from === 0 ? text : decoded + text.slice(from);
};

/** Removes a backslash before a mark; any other backslash becomes a space. */
const withoutBackslashes = (text: string): string => {
  let kept = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    kept += text.slice(from, at);
    from = at + 1;
    while (text.charCodeAt(from) === BACKSLASH) from++;
    const point = text.codePointAt(from);
    if (point === undefined || WORD_OR_SPACE.test(String.fromCodePoint(point))) kept += ' ';
  }
  return kept + text.slice(from);
};

/**
 * Repairs the remains of feeds and scrapers in a text, and unifies different spellings of the same character.
 *
 * In this order: character references (`&amp;`, `&#8217;`, and without their ampersand `#39;` and `quot;`), twice,
 * because some are escaped twice; tags (`<b>`, and `&lt;b&gt;`); backslashes, which are removed before a mark (`\$`)
 * and otherwise become a space; Unicode's normalization form NFKC, which unifies full-width letters, ligatures and
 * composed letters; typographic apostrophes and quotation marks, which become `'` and `"`; invisible characters, which
 * are removed except joiners.
 *
 * The time is linear in the text's length.
 */
export const repairText = (text: string): string => {
  let repaired = text;
  if (repaired.includes(';')) {
    repaired = decodeReferences(text);
    if (repaired !== text) repaired = decodeReferences(repaired);
  }
  if (repaired.includes('<')) repaired = repaired.replace(TAG, ' ');
  if (repaired.includes('\\')) repaired = withoutBackslashes(repaired);
  // The following steps do not change ASCII text.
  if (isAscii(repaired)) return repaired;
  return normalForm(repaired, 'NFKC').replace(APOSTROPHES, "'").replace(QUOTES, '"').replace(INVISIBLE, '');
};
