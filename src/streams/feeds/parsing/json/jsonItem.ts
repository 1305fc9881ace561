import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { RawItem } from '../items/FeedItem.js';
import { itemLink } from '../items/itemLink.js';
import { firstDate } from '../dates/publishedAt.js';

/** The fields in which programs nest a text, such as those that convert XML or that WordPress has. */
const NESTED = ['rendered', 'value', 'text', '#text', '_', '$t'];

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const nested = NESTED.find((name) => Object.hasOwn(value, name));
    const inner = nested === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[nested];
    return typeof inner === 'object' ? undefined : textOf(inner);
  }
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
};

/**
 * Parses an item of a JSON Feed. Numbers are accepted as text, as the format requires of readers.
 *
 * @param text the JSON of the item
 * @param source the feed's address
 * @throws SyntaxError for text that is not JSON
 * @throws HeadwaterError `HW_FEED` for JSON that is not an object
 */
export const jsonItem = (text: string, source: string): RawItem => {
  const item: unknown = JSON.parse(text);
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new HeadwaterError('HW_FEED', 'an object');
  const field = (name: string): unknown =>
    Object.hasOwn(item, name) ? (item as Readonly<Record<string, unknown>>)[name] : undefined;
  const tags = field('tags');
  const title = textOf(field('title'));
  const plain = textOf(field('content_text')) ?? textOf(field('summary'));
  const html = textOf(field('content_html'));
  return {
    title: title === undefined ? undefined : { text: title, markup: 'text' },
    body:
      plain !== undefined
        ? { text: plain, markup: 'text' }
        : html === undefined
          ? undefined
          : { text: html, markup: 'html' },
    guid: textOf(field('id')),
    link: itemLink(textOf(field('url')), source) ?? itemLink(textOf(field('external_url')), source),
    published: firstDate(textOf(field('date_published')), textOf(field('date_modified'))),
    category: Array.isArray(tags) ? tags.map(textOf).find((tag) => tag !== undefined) : undefined,
  };
};
