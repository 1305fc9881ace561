/** Converts an hour of the 12-hour clock to the 24-hour clock; `half` is `pm`, `오후` and the like. */
export const afterNoon = (hours: number, half: string | undefined): number =>
  half === undefined ? hours : (hours % 12) + (/^(?:p|오후)/i.test(half) ? 12 : 0);

type Rewriting = readonly [pattern: RegExp, rewrite: (...parts: readonly (string | undefined)[]) => string];

const DIGIT = /\p{Nd}/u;

/** Digits of any script as those of ASCII. In Unicode the ten digits of a script follow one another. */
const asciiDigits = (text: string): string =>
  text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let before = 0;
    while (DIGIT.test(String.fromCodePoint(code - before - 1))) before++;
    return String(before % 10);
  });

// Marks of the direction of text, which some programs put around parts of a date.
const UNSEEN = /[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

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
  // The name of the field in front of the date.
  [/^(?:date|posted|published|pub ?date|updated)(?: (?:on|at))?\s*:\s*/i, () => ''],
  // A plus sign that was read as the space of a form.
  [/(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) (?=[01]\d:?[0-5]\d$)/, (_all, before = '') => `${before}+`],
  // A sign apart from its offset. An offset has at most 15 hours. `10:00 - 12:00` is from one time to another.
  [/(:\d{2}\s*(?:\+|-(?!\s+\d\d:)))\s+(?=[01]\d:?[0-5]\d$)/, (_all, before = '') => before],
  // Moscow's zone, which is written in Cyrillic.
  [/\(?МСК\)?$/i, () => 'MSK'],
  // A zone given twice.
  [/\b([A-Z]{2,5}) \1$/, (_all, zone = '') => zone],
  // RFC 822 with the number of the month, as programs write it for languages without short names. With the day's name
  // in Latin letters, the month may as well come first.
  [
    /^(?!\p{Script=Latin})\p{L}+\.?, ?(\d{1,2}) (\d{1,2})月? (\d{4})(?= |$)/u,
    (_all, day = '', month = '', year = '') => `${year}-${month}-${day}`,
  ],
  // An hour alone: `10am`, `10h`, `10 h 30`.
  [/(?<![:.\d])(\d{1,2}) ?([ap])\.?m\b\.?/i, (_all, hours = '', half = '') => `${hours}:00 ${half}m`],
  [/(?<![:.\d])(\d{1,2}) ?h(?: ?(\d{2}))?(?![\p{L}\d])/iu, (_all, hours = '', minutes = '00') => `${hours}:${minutes}`],
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
    asciiDigits(written.replace(UNSEEN, '').replaceAll('&nbsp;', ' ').trim()),
  )
    .replace(/\s+/g, ' ')
    .trim();
