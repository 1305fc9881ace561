import { pipe } from 'fp-ts/lib/function.js';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { itemLink } from '../feeds/parsing/items/itemLink.js';
import { publishedAt } from '../feeds/parsing/dates/publishedAt.js';
import { isObject } from '../internal/isObject.js';
import { titledFields } from './internal/titledFields.js';

/** A codec of strings that pass a check. It does not change them. */
const text = (name: string, passes: (value: string) => boolean): t.Type<string, string> => {
  const is = (value: unknown): value is string => typeof value === 'string' && passes(value);
  return new t.Type(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );
};

const nonBlank = (name: string): t.Type<string, string> => text(name, (value) => value.trim() !== '');

/** Many programs write null for a missing value. */
const orNothing = <A>(type: t.Type<A, A>): t.Type<A | undefined, A | undefined> =>
  new t.Type(
    type.name,
    (value): value is A | undefined => value === undefined || type.is(value),
    (value, context) => (value === undefined || value === null ? t.success(undefined) : type.validate(value, context)),
    t.identity,
  );

const isWebAddress = (value: string): boolean => /^https?:/i.test(value) && parsedUrl(value) !== undefined;

/** The largest distance from 1970 that a Date can represent, in milliseconds. */
const LONGEST = 8.64e15;

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** The start of an RFC 822 date: an optional weekday, a day and the name of a month. */
const RFC_822_DATE = /^(?:\p{L}+,\s*)?\d{1,2}\s+\p{L}{3}/u;

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= LONGEST;

/**
 * A date in milliseconds since 1970; NaN if the text is not a date. A date without a zone is UTC, so that it means the
 * same on every machine.
 */
const timeOf = (date: string): number => {
  if (RFC_822_DATE.test(date)) return publishedAt(date) ?? NaN;
  const match = ISO_DATE.exec(date);
  if (match === null) return NaN;
  const [, time, , , zone] = match;
  const standard = date.replace(',', '.').replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  return Date.parse(time === undefined ? date : zone === undefined ? `${standard}Z` : standard);
};

const published = new t.Type<number, number, unknown>(
  'a date as of ISO 8601 or RFC 822, or milliseconds since 1970',
  isTime,
  (value, context) => {
    const time = typeof value === 'string' ? timeOf(value) : value;
    return isTime(time) ? t.success(time) : t.failure(value, context);
  },
  t.identity,
);

const fields = t.exact(
  t.type({
    title: nonBlank('a non-blank title'),
    guid: orNothing(nonBlank('a non-blank guid')),
    link: orNothing(text('an http or https address', isWebAddress)),
    published: orNothing(published),
    category: orNothing(nonBlank('a non-blank category')),
  }),
  'a headline',
);

/** The fields of a JSON headline. */
export type HeadlineJson = Readonly<t.TypeOf<typeof fields>>;

/**
 * The codec of a headline as JSON: `{ title, guid?, link?, published?, category? }`. Other fields are ignored, and null
 * means that a field is missing.
 *
 * `title`, `guid` and `category` must not be blank. `link` must be an http or https URL. `published` is an ISO 8601 or
 * RFC 822 date, with or without a time (UTC without a zone), or a number of milliseconds since 1970. It is decoded to
 * milliseconds since 1970.
 *
 * @example
 * ```ts
 * import { headlineJson } from 'headwater';
 * const decoded = headlineJson.decode({ title: 'Ferry returns to port', published: '2024-05-01T10:00:00Z' });
 * console.log(decoded); // right: { title: 'Ferry returns to port', published: 1714557600000, ... }
 * console.log(headlineJson.decode({ title: ' ' })); // left: a blank title is none
 * ```
 */
export const headlineJson: t.Type<HeadlineJson, HeadlineJson> = fields;

/** Why a value is not a headline. `field` is the first invalid field; it is undefined if the value is not an object. */
export interface HeadlineFault {
  readonly field: string | undefined;
  readonly expected: string;
  readonly got: unknown;
}

// What other programs call the fields of a headline besides its title, the usual names first.
const OTHER_NAMES = {
  category: ['label', 'class'],
  guid: ['id'],
  link: ['url', 'external_url'],
  published: ['date_published', 'published_at', 'publishedAt', 'created_at', 'pubDate', 'date'],
} as const;

/** The value of a field under its own name, or else under another name. */
const named = (value: Readonly<Record<string, unknown>>, field: keyof typeof OTHER_NAMES): unknown =>
  [field, ...OTHER_NAMES[field]].map((name) => value[name]).find((found) => found !== undefined && found !== null);

const textOrNothing = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** Classes may be named by numbers, or be true and false. */
const classOrNothing = (value: unknown): string | undefined =>
  textOrNothing(typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);

/**
 * Prepares the JSON of a source for `headlineJson`. A field may have another usual name: `text`, `url`, `id`,
 * `created_at` and the like, and the object may be inside others, such as `data`. A relative link is resolved against
 * `base`. A field other than the title that cannot be read is removed, so that the rest of the headline is kept.
 */
export const withReadableFields = (value: unknown, base: string): unknown => {
  if (!isObject(value)) return value;
  const { fields, title } = titledFields(value) ?? { fields: value, title: value['title'] };
  const [link, written] = [named(fields, 'link'), named(fields, 'published')];
  return {
    ...fields,
    title,
    // A number may be the place in a list of this run, as in `LiveHeadline`.
    guid: textOrNothing(named(fields, 'guid')),
    link: typeof link === 'string' ? itemLink(link, parsedUrl(base) === undefined ? undefined : base) : undefined,
    published: E.isRight(published.decode(written)) ? written : undefined,
    category: classOrNothing(named(fields, 'category')),
  };
};

/** Decodes a value, or returns its first fault. */
export const decodeHeadline = (value: unknown): E.Either<HeadlineFault, HeadlineJson> =>
  pipe(
    headlineJson.decode(value),
    E.mapLeft((errors): HeadlineFault => {
      // The context path is the headline first, then its field.
      const entry = errors[0]?.context[1];
      return { field: entry?.key, expected: entry?.type.name ?? 'a JSON object', got: errors[0]?.value };
    }),
  );
