import { monthNumber, WORD } from './monthNumber.js';
import { afterNoon, plainDate } from './plainDate.js';
import { zoneOffset } from './zoneOffset.js';

// In characters. Longer than any date, so that a text of megabytes is not matched against patterns.
const LONGEST = 100;

// The plausible years of an item. Programs store a moment of the years 1, 1899, 1900 or 1901 for "no date".
const FIRST_YEAR = 1902;
const LAST_YEAR = 2200;

const DAY_MS = 86_400_000;

/** A date and time as a local clock shows them. */
interface Shown {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const MIDNIGHT = { hours: 0, minutes: 0, seconds: 0 };

/** How far the Buddhist calendar is ahead, which Thai programs write the year in. */
const BUDDHIST = 543;

/** A year as it is counted since Christ. Programs also store years such as 2500 for "no date". */
const gregorian = (year: number): number =>
  year >= 1970 + BUDDHIST && year <= LAST_YEAR + BUDDHIST ? year - BUDDHIST : year;

/** Milliseconds since 1970; undefined if there is no such day or time. */
const momentOf = (
  { year: written, month, day, hours, minutes, seconds }: Shown,
  zone: string | undefined,
): number | undefined => {
  const year = gregorian(written);
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  // 24:00 is midnight at the end of a day, and second 60 is a leap second.
  if (hours > 24 || (hours === 24 && minutes + seconds > 0) || minutes > 59 || seconds >= 61) return undefined;
  const shown = Date.UTC(year, month - 1, day, hours, minutes, 0) + Math.round(seconds * 1000);
  const offset = zone === undefined || zone === '' ? 0 : zoneOffset(zone, shown);
  return offset === undefined ? undefined : shown - offset * 60_000;
};

const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,20}))?)?/;

/** The time at the start of a text, and the text after it. */
const timeOf = (
  text: string,
): { readonly time: Omit<Shown, 'year' | 'month' | 'day'>; readonly rest: string } | undefined => {
  const found =
    TIME.exec(text) ??
    /^(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?(?!\d)/.exec(text) ??
    // An hour alone, with its zone.
    /^(\d{2})(?=Z$|[+-]\d)/i.exec(text);
  if (found === null) return undefined;
  const [all, hours = '', minutes = '0', seconds = '0', fraction = '0'] = found;
  const after = /^\s*([ap])\.?m\b\.?/i.exec(text.slice(all.length));
  return {
    time: {
      hours: afterNoon(Number(hours), after?.[1]),
      minutes: Number(minutes),
      seconds: Number(`${seconds}.${fraction}`),
    },
    rest: text.slice(all.length + (after?.[0].length ?? 0)).trim(),
  };
};

/** The weekday of a date, 0 for Sunday. */
const weekday = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(gregorian(year), month - 1, day)).getUTCDay();

// By their first three letters.
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The weekday whose English name a text begins with, 0 for Sunday; -1 if there is none. */
const namedWeekday = (text: string): number => WEEKDAYS.indexOf(text.slice(0, 3).toLowerCase());

/** A day at the start of a text. */
interface FirstDay extends Pick<Shown, 'year' | 'month' | 'day'> {
  /** The number of characters. */
  readonly length: number;
  /** The number of days after the date of the other fields. */
  readonly later: number;
}

/** A day at the start of a text, the year first: as a date, as a day of the year, or as a day of a week. */
const dayFirst = (text: string): FirstDay | undefined => {
  const date =
    /^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?![\d-])/.exec(text) ??
    /^(\d{4})()(\d{2})(\d{2})(?=$|[T\s])/i.exec(text) ??
    /^(\d{4})()(\d{2})(\d{2})(?=\d{4}(?:\d{2})?$)/.exec(text);
  if (date !== null) {
    const [{ length }, year, , month, day = '1'] = date;
    return { length, year: Number(year), month: Number(month), day: Number(day), later: 0 };
  }
  const counted = /^(\d{4})-?(?:(\d{3})|W(\d{2})(?:-?([1-7]))?)(?=$|[T\s])/i.exec(text);
  if (counted === null) return undefined;
  const [{ length }, written, ofYear, week, ofWeek = '1'] = counted;
  const year = Number(written);
  const first = { length, year, month: 1, day: 1 };
  if (ofYear !== undefined) {
    const later = Number(ofYear) - 1;
    return later < 0 || later > 365 ? undefined : { ...first, later };
  }
  // The first week of a year is the one with 4 January, and a week begins on Monday.
  const later = 3 - ((weekday(year, 1, 4) + 6) % 7) + (Number(week) - 1) * 7 + Number(ofWeek) - 1;
  return Number(week) < 1 || Number(week) > 53 ? undefined : { ...first, later };
};

/**
 * ISO 8601 and similar formats, the year first: `2026-03-03T09:05:07Z`, `20260303T090507+02`, `2026/3/3 9:05`,
 * `2026-062`, `2026-W10-2`.
 */
const yearFirst = (text: string): number | undefined => {
  const start = dayFirst(text);
  if (start === undefined) return undefined;
  const { length, later, ...day } = start;
  const rest = text.slice(length).replace(/^(?:T|\s+(?:at\s+)?)/i, '');
  const read = rest === '' ? { time: MIDNIGHT, rest: '' } : timeOf(rest);
  // In XML Schema a date without a time may have a zone: `2026-03-03Z`.
  const { time, rest: zone } = read ?? { time: MIDNIGHT, rest };
  if (read === undefined && !/^(?:Z|[+-]\d{2}:?\d{2})$/i.test(zone)) return undefined;
  const moment = momentOf({ ...day, ...time }, zone.trim());
  return moment === undefined ? undefined : moment + later * DAY_MS;
};

/**
 * Only numbers, the year last. If day and month could be swapped, the weekday in front decides. Without one, the date
 * is ambiguous and not read.
 */
const yearLast = (text: string, named: number | undefined): number | undefined => {
  const found = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?=$|[T\s,])/.exec(text);
  if (found === null) return undefined;
  const [all, first = '', mark = '', second = '', year = ''] = found;
  const [a, b] = [Number(first), Number(second)];
  const fits = (month: number, day: number): boolean => month <= 12 && named === weekday(Number(year), month, day);
  const [day, month] =
    mark === '.' || a > 12 || (fits(b, a) && !fits(a, b))
      ? [a, b]
      : b > 12 || a === b || (fits(a, b) && !fits(b, a))
        ? [b, a]
        : [0, 0];
  const rest = text.slice(all.length).replace(/^[T\s,]+(?:(?:at|um|klo?\.?|-|–) )?/i, '');
  const { time, rest: zone } = (rest === '' ? { time: MIDNIGHT, rest: '' } : timeOf(rest)) ?? { time: MIDNIGHT, rest };
  return momentOf({ year: Number(year), month, day, ...time }, zone);
};

const fullYear = (digits: string): number => {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  // Three digits: RFC 2822, section 4.3. Two digits: the rule of POSIX.
  if (digits.length === 3) return 1900 + year;
  return year < 69 ? 2000 + year : 1900 + year;
};

// Words that can stand in a date and carry no information.
const FILLERS: ReadonlySet<string> = new Set(
  'at on of the de del du um uhr klo à a den le г г. года р. року в о - – — | ·'.split(' '),
);

/**
 * Dates with the name of the month, in any order: RFC 822 and 850, C's `asctime`, `date`, JavaScript's `Date.toString`,
 * `March 3, 2026 9:05 AM EST`.
 */
const monthNamed = (text: string): number | undefined => {
  // `03-Mar-26`, `3Mar2026`, and Hungarian `2026-március-3T9:05`.
  const apart = text
    .replace(/^(\p{L}+\.?,? ?)?(\d{1,4})[-./](\p{L}{3,}\.?)[-./](\d{1,4})(?:T(?=\d))?/iu, '$1 $2 $3 $4 ')
    .replace(/^(\d{1,2})(\p{L}{3,})(\d{4})/u, '$1 $2 $3');
  const words = apart.split(/[\s,]+/).filter((word) => word !== '');
  const isMonth = (word: string): boolean => word.length > 1 && WORD.test(word) && monthNumber(word) !== undefined;
  // An English weekday is not looked up among the months of all languages. `mar., 9 janv.`: in French, the first word
  // is Tuesday.
  const isFirst = (word: string): boolean => namedWeekday(word) < 0 && isMonth(word) && !isMonth(words[2] ?? '');
  const monthAt = words.findIndex((word, index) => (index === 0 ? isFirst(word) : isMonth(word)));
  let month: number | undefined;
  let time: Omit<Shown, 'year' | 'month' | 'day'> | undefined;
  let zone: string | undefined;
  const numbers: string[] = [];
  for (const [index, word] of words.entries()) {
    const number = /^(\d{1,4})(?:st|nd|rd|th|\.|º|er)?$/i.exec(word)?.[1];
    if (time === undefined && TIME.test(word)) {
      const read = timeOf(`${word} ${words[index + 1] ?? ''}`);
      time = read?.time;
      const joined = word.replace(TIME, '').replace(/^[ap]\.?m\.?/i, '');
      if (joined !== '') zone = joined;
    } else if (number !== undefined && numbers.length < 2) {
      numbers.push(number);
    } else if (index === monthAt) {
      month = monthNumber(word);
    } else if (time !== undefined && /^[ap]\.?m\.?$/i.test(word)) {
      // Already read together with the time before it.
    } else if (FILLERS.has(word.toLowerCase())) {
      // Ignored.
    } else if (index === 0 && WORD.test(word)) {
      // The weekday adds nothing to the date, and is sometimes wrong or in another language.
    } else if (numbers.length > 1 && TIME.test(words[index + 1] ?? '') && /^\p{L}{3,}$/u.test(word)) {
      // A weekday before the time, as in Turkish.
    } else if (numbers.length > 0 && zone === undefined) {
      zone = word;
    } else if (zone !== undefined && /^[+\-\u2212]\d/.test(word)) {
      // `GMT +0200` or `EST -0500`: the number is used.
      zone = word;
    } else if (!(zone !== undefined && /^[a-z]{2,5}$/i.test(word) && /\d/.test(zone))) {
      // Only a zone name after a numeric zone, as in `+0200 CEST`, is still allowed here.
      return undefined;
    }
  }
  const [first, second] = numbers;
  if (month === undefined || first === undefined || second === undefined) return undefined;
  const [day, year] = first.length > 2 ? [second, first] : [first, second];
  return momentOf({ year: fullYear(year), month, day: Number(day), ...(time ?? MIDNIGHT) }, zone);
};

/** Seconds (with or without a fraction), milliseconds, microseconds or nanoseconds since 1970. */
const epoch = (text: string): number | undefined =>
  /^\d{10}(?:\.\d{1,9})?$/.test(text)
    ? Math.trunc(Number(text) * 1000)
    : /^\d{13}(?:\d{3}){0,2}$/.test(text)
      ? Number(text.slice(0, 13))
      : undefined;

/**
 * The date that a feed gives for an item, in milliseconds since 1970; undefined if it is not a date.
 *
 * Reads RFC 822, the format of RSS, and ISO 8601, the format of Atom. Also reads what feeds use in their place: without
 * a comma, with the month in another language, in the format of C's `asctime` or JavaScript's `Date.toString`. A time
 * without a zone, or with an unknown one, is taken as UTC, so that the result is the same on every machine. Years
 * before 1902 and after 2200, and the turn of 1970, are not accepted as dates: programs write them for "no date". The
 * years 2513 to 2743 are those of the Buddhist calendar, from 1970 on.
 */
export const publishedAt = (written: string | undefined): number | undefined => {
  if (written === undefined || written.length > LONGEST) return undefined;
  const text = plainDate(written);
  // Remove a weekday before a numeric date.
  const numeric = text.replace(/^\p{L}+\.?,? ?(?=\d{4}[-/]|\d{1,2}\/)/u, '');
  const named = namedWeekday(text);
  const moment =
    yearFirst(numeric) ?? yearLast(numeric, named < 0 ? undefined : named) ?? monthNamed(text) ?? epoch(text);
  // 0 is what programs write when they have no time, in any time zone.
  return moment !== undefined && Math.abs(moment) < DAY_MS ? undefined : moment;
};

/** The first of several texts that is a date. */
export const firstDate = (...written: readonly (string | undefined)[]): number | undefined => {
  for (const one of written) {
    const moment = publishedAt(one);
    if (moment !== undefined) return moment;
  }
  return undefined;
};
