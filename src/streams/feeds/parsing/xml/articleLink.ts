import { itemLink } from '../items/itemLink.js';
import { mediaType } from '../items/mediaType.js';
import type { XmlContext } from './xmlContext.js';
import type { XmlElement } from './xmlElement.js';

const IANA = 'http://www.iana.org/assignments/relation/';

const relationOf = ({ attributes }: XmlElement): string => {
  const written = (attributes['rel'] ?? '').trim().toLowerCase();
  return written === '' ? 'alternate' : written.startsWith(IANA) ? written.slice(IANA.length) : written;
};

// Relations that lead to the article if there is no alternate link. All others (a licence, an enclosure, the comments,
// the edit form) lead elsewhere.
const NEAREST = ['canonical', 'bookmark', 'permalink', 'shortlink', 'related', 'via', 'self'];

const PAGES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml']);

/** How well a link leads to the article, by its relation, then by its type. 0 is the best. */
const rank = (link: XmlElement): number => {
  const relation = relationOf(link);
  const type = mediaType(link.attributes['type']);
  const byType = PAGES.has(type) ? 0 : type === '' ? 1 : 2;
  return relation === 'alternate' ? byType : 3 + NEAREST.indexOf(relation) * 3 + byType;
};

/** The link of an Atom entry that leads to the article; undefined if there is none. */
export const articleLink = (
  links: readonly XmlElement[],
  { source, base }: Pick<XmlContext, 'source' | 'base'>,
): string | undefined =>
  links
    .filter((link) => relationOf(link) === 'alternate' || NEAREST.includes(relationOf(link)))
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ attributes, text, bases }) => itemLink(attributes['href'] ?? text, ...bases, base))
    // A link to the feed itself does not lead to an article.
    .find((link) => link !== undefined && link !== source);
