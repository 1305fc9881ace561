import { scopeOfTag, type XmlScope } from './xmlElement.js';

/** What an item of a feed stands in. */
export interface XmlContext {
  readonly format: 'rss' | 'rdf' | 'atom';
  readonly scope: XmlScope;
  /** The feed's address. */
  readonly source: string;
  /** What relative links are relative to where no `xml:base` says it. */
  readonly base: string;
}

const NOWHERE: XmlScope = { prefixes: new Map(), bases: [] };

/**
 * What the elements around a feed's items say about them.
 *
 * @param around their tags, the root first
 */
export const xmlContext = (
  format: XmlContext['format'],
  around: readonly string[],
  source: string,
  base = source,
): XmlContext => ({
  format,
  scope: around.reduce<XmlScope>((outer, tag) => scopeOfTag(tag, outer), NOWHERE),
  source,
  base,
});
