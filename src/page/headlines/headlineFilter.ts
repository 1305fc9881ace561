import type { SeenHeadline } from './HeadlineRing.js';

/** Selects and sorts the listed headlines. */
export interface HeadlineFilter {
  /** Words that a title must contain, ignoring case; empty for all. */
  readonly words: string;
  /** The class's name; empty for all. */
  readonly category: string;
  /** The source's address; empty for all. */
  readonly source: string;
  /** The confidence in percent: at least `least`, and below `most`; 100 means no upper limit. */
  readonly least: number;
  readonly most: number;
  /** The maximum age in minutes; 0 for no limit. */
  readonly minutes: number;
  /** The first and last time of arrival, in milliseconds since 1970; undefined for no limit. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** The newest first, or the lowest confidence first. */
  readonly order: 'newest' | 'unsure';
}

/** All headlines, the newest first. */
export const ALL: HeadlineFilter = {
  words: '',
  category: '',
  source: '',
  least: 0,
  most: 100,
  minutes: 0,
  from: undefined,
  until: undefined,
  order: 'newest',
};

/** The confidence of the model in a headline, from 0 to 1; 0 if it knows none of its tokens. */
export const confidenceOf = ({ probability, unread }: SeenHeadline): number => (unread ? 0 : probability);

/** A text without the difference of case, and of the ways to write the same letter; the same for every language. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Makes the test of a filter. @param classes the names of the classes, by index */
export const headlineTest = (
  { words, category, source, least, most, minutes, from = -Infinity, until = Infinity }: HeadlineFilter,
  classes: readonly string[],
): ((headline: SeenHeadline, now: number) => boolean) => {
  const parts = folded(words).split(/\s+/).filter(Boolean);
  return (headline, now) => {
    const percent = confidenceOf(headline) * 100;
    if (category !== '' && category !== classes[headline.category]) return false;
    if (source !== '' && source !== headline.source) return false;
    if (percent < least || (most < 100 && percent >= most)) return false;
    if (minutes > 0 && now - headline.seen > minutes * 60_000) return false;
    if (headline.seen < from || headline.seen > until) return false;
    if (parts.length === 0) return true;
    const title = folded(headline.title);
    return parts.every((part) => title.includes(part));
  };
};

/** A whole number below a limit, in decimal digits; undefined for anything else. */
const wholeOf = (given: string | null, limit: number): number | undefined =>
  given !== null && /^\d{1,7}$/.test(given) && Number(given) <= limit ? Number(given) : undefined;

/** The latest time that the fields of a page can show: the end of the year 9999. */
const LATEST = Date.UTC(9999, 11, 30);

const timeOf = (given: string | null): number | undefined => {
  const time = Date.parse(given ?? '');
  return Math.abs(time) <= LATEST ? time : undefined;
};

/** The filter in the fragment of an address (the part after `#`). Invalid parts are ignored. */
export const filterOf = (fragment: string): HeadlineFilter => {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  return {
    words: said.get('words') ?? '',
    category: said.get('class') ?? '',
    source: said.get('source') ?? '',
    least: wholeOf(said.get('least'), 100) ?? 0,
    most: wholeOf(said.get('most'), 100) ?? 100,
    minutes: wholeOf(said.get('minutes'), 1_000_000) ?? 0,
    from: timeOf(said.get('from')),
    until: timeOf(said.get('until')),
    order: said.get('order') === 'unsure' ? 'unsure' : 'newest',
  };
};

/** The fragment of an address for a filter; empty for the default filter. */
export const fragmentOf = ({ category, from, until, ...filter }: HeadlineFilter): string => {
  const said: Readonly<Record<string, string | number | undefined>> = {
    words: filter.words,
    class: category,
    source: filter.source,
    least: filter.least === 0 ? undefined : filter.least,
    most: filter.most === 100 ? undefined : filter.most,
    minutes: filter.minutes === 0 ? undefined : filter.minutes,
    from: from === undefined ? undefined : new Date(from).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
    order: filter.order === 'newest' ? undefined : filter.order,
  };
  const fragment = new URLSearchParams();
  for (const [name, value] of Object.entries(said))
    if (value !== undefined && value !== '') fragment.set(name, String(value));
  return fragment.toString();
};
