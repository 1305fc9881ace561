import type { RawItem } from './FeedItem.js';
import { itemLink } from './itemLink.js';
import { publishedAt } from './publishedAt.js';
import { titleText } from './titleText.js';
import { xmlElement, type XmlElement } from './xmlElement.js';

/** What an item's elements are relative to. */
export interface XmlContext {
  readonly format: 'rss' | 'rdf' | 'atom';
  /** The prefix of Dublin Core's elements, with its colon. */
  readonly dc: string;
  /** The root's `xml:base`. */
  readonly base: string | undefined;
  /** The feed's address. */
  readonly source: string;
}

const DUBLIN_CORE = 'http://purl.org/dc/elements/1.1/';

/** What a feed's root says about its items. */
export const xmlContext = (format: XmlContext['format'], root: string, source: string): XmlContext => {
  const { attributes } = xmlElement(root.endsWith('/>') ? root : `${root.slice(0, -1)}/>`);
  const dc = Object.entries(attributes)
    .find(([name, value]) => name.startsWith('xmlns:') && value.trim() === DUBLIN_CORE)?.[0]
    .slice('xmlns:'.length);
  return { format, dc: `${dc ?? 'dc'}:`, base: attributes['xml:base'], source };
};

// A class has a name, not a story.
const LONGEST_CATEGORY = 200;

const nonEmpty = (text: string | undefined): string | undefined => {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
};

const isAlternate = ({ attributes }: XmlElement): boolean => (attributes['rel'] ?? 'alternate') === 'alternate';

/**
 * Reads an item of RSS, RDF or Atom.
 *
 * @param text from the item's tag to its closing tag
 * @throws HeadwaterError `HW_FEED` for one that cannot be read
 */
export const xmlItem = (text: string, { format, dc, base, source }: XmlContext): RawItem => {
  const { attributes, children } = xmlElement(text);
  const own = /^<([^\s/>]*:)/.exec(text)?.[1]?.toLowerCase() ?? '';
  const all = (name: string): readonly XmlElement[] => children.filter((child) => child.name === name);
  const first = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const found = all(name)
        .map((child) => nonEmpty(child.text))
        .find((value) => value !== undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const link = (written: string | undefined): string | undefined =>
    itemLink(written, attributes['xml:base'], base, source);
  const date = publishedAt(
    first(
      `${own}pubdate`,
      `${own}published`,
      `${own}issued`,
      `${dc}date`,
      'dcterms:issued',
      'atom:published',
      `${own}updated`,
      `${own}modified`,
      'atom:updated',
    ),
  );
  const subject = first(`${dc}subject`);
  const named = (category: string | undefined): string | undefined =>
    category === undefined || category.length > LONGEST_CATEGORY ? undefined : nonEmpty(titleText(category, 'html'));

  if (format === 'atom') {
    const title = all(`${own}title`)[0];
    const links = all(`${own}link`);
    const kind =
      links.find(isAlternate) ??
      links.find((other) => !['self', 'edit', 'replies', 'enclosure'].includes(other.attributes['rel'] ?? ''));
    const category = all(`${own}category`)[0]?.attributes;
    const type = title?.attributes['type']?.toLowerCase();
    return {
      title: nonEmpty(title?.text) ?? first(`${dc}title`),
      // XHTML is markup of the feed itself, which reading the element has taken out.
      markup: type === 'html' || type === 'text/html' ? 'html' : 'text',
      guid: first(`${own}id`),
      link: link(kind?.attributes['href'] ?? kind?.text),
      published: date,
      category: named(nonEmpty(category?.['label']) ?? nonEmpty(category?.['term']) ?? subject),
    };
  }
  const about = nonEmpty(attributes['rdf:about']);
  const guid = all(`${own}guid`)[0];
  // A guid is a link too, unless it says that it is none; it must then be a whole address.
  const permanent = guid?.attributes['ispermalink']?.toLowerCase() === 'false' ? undefined : guid?.text;
  return {
    title: first(`${own}title`, `${dc}title`),
    markup: 'html',
    guid: nonEmpty(guid?.text) ?? about,
    link:
      link(first(`${own}link`)) ??
      link(all('atom:link').find(isAlternate)?.attributes['href']) ??
      itemLink(permanent) ??
      itemLink(about),
    published: date,
    category: named(first(`${own}category`) ?? subject),
  };
};
