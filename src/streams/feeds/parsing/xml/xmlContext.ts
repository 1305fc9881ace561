import { scopeOfTag, type XmlScope } from './xmlElement.js';

/** The parts of a feed that its items depend on. */
export interface XmlContext {
  readonly format: 'rss' | 'rdf' | 'atom';
  readonly scope: XmlScope;
  /** The feed's address. */
  readonly source: string;
  /** Relative links are resolved against this address, unless there is an `xml:base`. */
  readonly base: string;
}

const NOWHERE: XmlScope = { prefixes: new Map(), bases: [] };

/**
 * The context that the elements around a feed's items define.
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
