/** Converts an hour of the 12-hour clock to the 24-hour clock; `half` is `pm`, `오후` and the like. */
export const afterNoon = (hours: number, half: string | undefined): number =>
  half === undefined ? hours : (hours % 12) + (/^(?:p|오후)/i.test(half) ? 12 : 0);

type Rewriting = readonly [pattern: RegExp, rewrite: (...parts: readonly (string | undefined)[]) => string];

// Digits of other scripts, by the code of their zero.
const ZEROS = [0x660, 0x6f0, 0x966, 0xff10];

const asciiDigits = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (ZEROS.find((zero) => code >= zero && code <= zero + 9) ?? code));
  });

// The names of zones in words whose initials are their abbreviation. The initials of other names are those of another
// zone: China Standard Time is not CST, and Pakistan Standard Time is not PST.
const IN_WORDS = [
  '(?:Eastern|Central|Mountain|Pacific)(?: Standard| Daylight)?',
  '(?:Atlantic|Newfoundland|New Zealand|Australian (?:Eastern|Central)) (?:Standard|Daylight)',
  '(?:Australian Western|Hawaii|India|Japan|Korea|Gulf|South Africa) Standard',
  '(?:Central|Eastern|Western) European(?: Standard| Summer)?',
  '(?:Central|East|West) Africa',
  'Greenwich Mean',
  'British Summer',
  'Hong Kong',
];

const REWRITINGS: readonly Rewriting[] = [
  // ASP.NET's JSON: milliseconds since 1970, whatever the offset.
  [/^\/?Date\((\d{10,13})(?:[+-]\d{4})?\)\/?$/, (_all, moment = '') => new Date(Number(moment)).toISOString()],
  // A number in the place of the weekday.
  [/^\d{1,3}, (?=\d{1,2} \p{L})/u, () => ''],
  // The name of a zone in words: `Eastern Daylight Time` is EDT. The winter time of Europe has no S: CET.
  [
    new RegExp(`(?<![A-Za-z][a-z] )\\b(${IN_WORDS.join('|')}) Time$`),
    (_all, words = '') => `${words.replace(/(European) Standard$/, '$1').replace(/([A-Z])[a-z]+ ?/g, '$1')}T`,
  ],
  // Any other name in words is that of an unknown zone, which is taken as UTC.
  [/\b\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){0,3} Time$/u, () => 'UTC'],
  // A zone name after the time (RFC 9557) is used only if there is no offset before it.
  [/([+-]\d{2}:?\d{2}|Z)?\[!?(UTC|GMT|[a-z]+\/[a-z/_-]+)\].*$/i, (_all, offset, place = '') => offset ?? place],
  // The T of ISO 8601 after another date.
  [/( \d{4})T(?=\d{1,2}:\d{2})/, (_all, year = '') => `${year} `],
  // A zone name in parentheses right after the time.
  [/(:\d{2} ?)\(([a-z]{2,5})\)$/i, (_all, before = '', zone = '') => `${before}${zone}`],
  // Any other comment in parentheses, as `(CEST)` after `+0200`.
  [/\([^()]*\)/g, () => ' '],
  // A time written with points.
  [
    /(\d{4},?\s+(?:\p{L}+\s+)?\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])/u,
    (_all, before = '', minutes = '', seconds = '00') => `${before}:${minutes}:${seconds}`,
  ],
  // A time in front of the date.
  [
    /^(\d{1,2}:\d{2}(?::\d{2})?)[\s,]+(\d{1,4}[-./]\d{1,2}[-./]\d{1,4})$/,
    (_all, time = '', date = '') => `${date} ${time}`,
  ],
  [/^(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\. /, (_all, ...date) => `${date.slice(0, 3).join('-')} `],
  [/(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]/, (_all, ...date) => `${date.slice(0, 3).join('-')} `],
  [
    /(오전|오후)\s*(\d{1,2})(:\d{2}(?::\d{2})?)/,
    (_all, half, hours, rest = '') => `${afterNoon(Number(hours), half)}${rest} KST`,
  ],
];

/** A date in the usual notation, without the additions and unusual notations of some feeds. */
export const plainDate = (written: string): string =>
  REWRITINGS.reduce(
    (text, [pattern, rewrite]) => text.replace(pattern, rewrite),
    asciiDigits(written.replaceAll('&nbsp;', ' ').trim()),
  )
    .replace(/\s+/g, ' ')
    .trim();
