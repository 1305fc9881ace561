import { firstDate } from '../dates/publishedAt.js';
import type { RawItem, RawText } from '../items/FeedItem.js';
import { itemLink } from '../items/itemLink.js';
import { titleText, type TitleMarkup } from '../text/titleText.js';
import { articleLink } from './articleLink.js';
import { writtenText } from './writtenText.js';
import type { XmlContext } from './xmlContext.js';
import { xmlElement, type XmlElement } from './xmlElement.js';

// In characters. A category is a short name; longer text is ignored.
const LONGEST_CATEGORY = 200;

const nonEmpty = (text: string | undefined): string | undefined => {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
};

// The dates of first publication come before those of changes; the first readable date is used.
const DATES = [
  'pubdate',
  'published',
  'atom:published',
  'issued',
  'atom:issued',
  'dcterms:issued',
  'dcterms:created',
  'dc:date',
  'dcterms:date',
  'prism:publicationdate',
  'news:news/news:publication_date',
  'created',
  'updated',
  'atom:updated',
  'modified',
  'atom:modified',
  'dcterms:modified',
  'lastmod',
  'date',
  // The date on the cover of an issue, which often lies in the future.
  'prism:coverdate',
];

/** Whether an address has a host alone, so that it is no article's. */
const isSite = (link: string | undefined): boolean => link !== undefined && /^https?:\/\/[^/?#]*\/?$/i.test(link);

/**
 * Parses an item of RSS, RDF or Atom.
 *
 * @param text the text from the item's opening tag to its closing tag
 * @throws HeadwaterError `HW_FEED` for an item that cannot be read
 */
export const xmlItem = (text: string, context: XmlContext): RawItem => {
  const { format, scope: around, base } = context;
  const { attributes, children, scope } = xmlElement(text, around);
  const all = (name: string): readonly XmlElement[] => children.filter((child) => child.name === name);
  const texts = (...names: readonly string[]): readonly string[] =>
    names.flatMap((name) => all(name).flatMap((child) => nonEmpty(child.text) ?? []));
  /** The first of these elements that has text; `usual` is the markup if the element does not declare it. */
  const written = (names: readonly (readonly [name: string, usual: TitleMarkup])[]): RawText | undefined => {
    for (const [name, usual] of names) {
      for (const child of all(name)) {
        const found = writtenText(child, usual);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  const linkOf = (element: XmlElement): string | undefined =>
    itemLink(
      nonEmpty(element.text) ?? element.attributes['href'] ?? element.attributes['rdf:resource'],
      ...element.bases,
      base,
    );
  const firstLink = (name: string): string | undefined =>
    all(name)
      .map(linkOf)
      .find((link) => link !== undefined);
  const named = (category: string | undefined): string | undefined =>
    category === undefined || category.length > LONGEST_CATEGORY ? undefined : nonEmpty(titleText(category, 'html'));
  // FeedBurner puts an address of its own into the link, and the article's address here.
  const original = firstLink('feedburner:origlink');
  const [subject] = texts('dc:subject');
  // Channel Definition Format has the date in an attribute.
  const published = firstDate(...texts(...DATES), attributes['lastmod']);

  if (format === 'atom') {
    const category = all('category')[0]?.attributes;
    const content = all('content').find((child) => child.attributes['src'] !== undefined);
    return {
      title: written([
        ['title', 'text'],
        ['dc:title', 'text'],
        ['media:title', 'text'],
        ['media:group/media:title', 'text'],
      ]),
      body: written([
        ['summary', 'text'],
        ['content', 'text'],
        ['dc:description', 'text'],
        ['media:description', 'text'],
        ['media:group/media:description', 'text'],
      ]),
      guid: texts('id')[0],
      link:
        original ??
        articleLink(all('link'), context) ??
        (content === undefined ? undefined : itemLink(content.attributes['src'], ...content.bases, base)) ??
        itemLink(texts('id')[0]),
      published,
      category: named(nonEmpty(category?.['label']) ?? nonEmpty(category?.['term']) ?? texts('category')[0] ?? subject),
    };
  }
  const about = nonEmpty(attributes['rdf:about'] ?? attributes['about']);
  const [guid] = all('guid');
  // A guid is also a link, unless `isPermaLink` is false. Without `isPermaLink`, it must be an absolute address.
  const permanent = guid?.attributes['ispermalink']?.trim().toLowerCase();
  const guidLink =
    guid === undefined || permanent === 'false'
      ? undefined
      : permanent === 'true'
        ? itemLink(guid.text, ...guid.bases, base)
        : itemLink(guid.text);
  const [enclosure] = all('enclosure');
  const own = firstLink('link');
  return {
    title: written([
      ['title', 'html'],
      ['dc:title', 'html'],
      ['atom:title', 'text'],
      ['media:title', 'html'],
      ['itunes:title', 'html'],
      ['media:group/media:title', 'html'],
      ['news:news/news:title', 'html'],
    ]),
    body: written([
      ['description', 'html'],
      ['abstract', 'html'],
      ['atom:summary', 'text'],
      ['dc:description', 'html'],
      ['content:encoded', 'html'],
      ['atom:content', 'text'],
      ['itunes:summary', 'html'],
      ['media:description', 'html'],
      ['media:group/media:description', 'html'],
      // What a picture shows, where a message has no words.
      ['media:content/media:description', 'html'],
      ['xhtml:body', 'text'],
    ]),
    guid: nonEmpty(guid?.text) ?? texts('atom:id', 'id')[0] ?? about,
    link:
      original ??
      // Some feeds link every item to the site, and only the guid leads to the article.
      (isSite(own) && guidLink !== undefined && !isSite(guidLink) ? guidLink : own) ??
      articleLink(all('atom:link'), context) ??
      itemLink(attributes['href'], ...scope.bases, base) ??
      guidLink ??
      itemLink(about) ??
      firstLink('loc') ??
      // A podcast episode often has no page of its own.
      (enclosure === undefined ? undefined : itemLink(enclosure.attributes['url'], ...enclosure.bases, base)),
    published,
    category: named(texts('category')[0] ?? subject),
  };
};
