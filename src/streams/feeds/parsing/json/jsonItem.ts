import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { RawItem } from '../items/FeedItem.js';
import { itemLink } from '../items/itemLink.js';
import { lenientJson } from './lenientJson.js';
import { firstDate } from '../dates/publishedAt.js';

/** The fields in which programs nest a text, such as those that convert XML or that WordPress has. */
const NESTED = ['rendered', 'value', 'text', '#text', '_', '$t'];

/** The objects in which programming interfaces put the fields of an item: Reddit, GraphQL, JSON:API, ActivityPub. */
const INNER = ['data', 'node', 'post', 'record', 'object', 'article', 'attributes', 'fields', '_source'];

/** They are not nested deeper: `{ "post": { "record": { "text": "" } } }`. */
const DEEPEST = 2;

const TITLES = ['title', 'headline', 'webTitle'];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of an item, with those of an object in it if it has no title of its own. */
const fieldsOf = (item: Fields): Fields => {
  let fields = item;
  let innermost = item;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (TITLES.some((name) => textOf(fields[name]) !== undefined)) break;
    const inner: Fields | undefined = INNER.map((name) => innermost[name]).find(isFields);
    if (inner === undefined) break;
    fields = { ...fields, ...inner };
    innermost = inner;
  }
  return fields;
};

/** The address of a link, which may be an object or a list of objects with `href`. */
const addressOf = (value: unknown): string | undefined => {
  const links: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [best] = links
    .filter(isFields)
    .toSorted((a, b) => Number(b['rel'] === 'alternate') - Number(a['rel'] === 'alternate'));
  return textOf(best?.['href']) ?? textOf(value);
};

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const nested = NESTED.find((name) => Object.hasOwn(value, name));
    const inner = nested === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[nested];
    return typeof inner === 'object' ? undefined : textOf(inner);
  }
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
};

/** Whether a value is text as WordPress has it: `{ "rendered": "…" }` is HTML. */
export const isRendered = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'rendered' in value;

/**
 * Parses an item of a JSON Feed, or of another list of articles with the usual names of fields. Numbers are accepted as
 * text, as the format requires of readers.
 *
 * @param text the JSON of the item
 * @param source the feed's address
 * @throws SyntaxError for text that is not JSON
 * @throws HeadwaterError `HW_FEED` for JSON that is not an object
 */
export const jsonItem = (text: string, source: string): RawItem => {
  const item = lenientJson(text);
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new HeadwaterError('HW_FEED', 'an object');
  const fields = fieldsOf(item as Fields);
  const field = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  /** The first of these fields that has text. */
  const first = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const text = textOf(field(name));
      if (text !== undefined) return text;
    }
    return undefined;
  };
  const tags = field('tags');
  const title = first(...TITLES);
  const plain = first('content_text', 'summary', 'text');
  const html = first('content_html', 'excerpt', 'description', 'content');
  return {
    title: title === undefined ? undefined : { text: title, markup: isRendered(field('title')) ? 'html' : 'text' },
    body:
      plain !== undefined
        ? { text: plain, markup: 'text' }
        : html === undefined
          ? undefined
          : { text: html, markup: 'html' },
    guid: first('id', 'guid', 'uri'),
    link:
      ['url', 'external_url', 'link', 'webUrl', 'permalink']
        .map((name) => itemLink(addressOf(field(name)), source))
        .find((link) => link !== undefined) ??
      // The format says that an id is ideally the address of the article.
      itemLink(first('id', 'guid')),
    // `date` of WordPress is in the zone of the site, and does not name it.
    published: firstDate(
      ...[
        'date_published',
        'published',
        'publishedAt',
        'published_at',
        'published_date',
        'pubDate',
        'webPublicationDate',
        'created_at',
        'createdAt',
        'created_utc',
        'date_modified',
        'date_gmt',
        'date',
      ].map((name) => textOf(field(name))),
    ),
    category: Array.isArray(tags) ? tags.map(textOf).find((tag) => tag !== undefined) : undefined,
  };
};
