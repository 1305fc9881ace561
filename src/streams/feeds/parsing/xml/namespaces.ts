/** The namespace URI of each prefix that is declared around an element; '' is the default namespace. */
export type Prefixes = ReadonlyMap<string, string>;

// Each namespace has one name here, whatever prefix a feed declares for it. The first URI is that of the standard.
const NAMES: readonly (readonly [name: string, ...uris: readonly string[]])[] = [
  [
    'atom',
    'http://www.w3.org/2005/atom',
    'http://purl.org/atom/ns',
    'http://purl.org/net/atom/ns',
    'http://purl.org/echo',
    'http://purl.org/pie',
    'http://example.com/newformat',
    'http://example.com/necho',
  ],
  [
    'rss',
    'http://purl.org/rss/1.0',
    'http://my.netscape.com/rdf/simple/0.9',
    'http://channel.netscape.com/rdf/simple/0.9',
    'http://my.netscape.com/publish/formats/rss-0.91.dtd',
    'http://purl.org/net/rss1.1',
    'http://backend.userland.com/rss',
    'http://backend.userland.com/rss2',
    'http://backend.userland.com/rss091',
    'http://backend.userland.com/rss092',
    'http://backend.userland.com/rss191',
    'http://backend.userland.com/rss20',
    'http://blogs.law.harvard.edu/tech/rss',
    'http://cyber.law.harvard.edu/rss',
    'http://cyber.law.harvard.edu/rss/rss.html',
    'http://www.rssboard.org/rss-specification',
    'http://feeds.archive.org/validator',
  ],
  ['rdf', 'http://www.w3.org/1999/02/22-rdf-syntax-ns'],
  ['dc', 'http://purl.org/dc/elements/1.1', 'http://purl.org/dc/elements/1.0'],
  ['dcterms', 'http://purl.org/dc/terms'],
  ['content', 'http://purl.org/rss/1.0/modules/content'],
  ['media', 'http://search.yahoo.com/mrss', 'http://video.search.yahoo.com/mrss', 'http://www.rssboard.org/media-rss'],
  ['itunes', 'http://www.itunes.com/dtds/podcast-1.0.dtd', 'http://example.com/dtds/podcast-1.0.dtd'],
  ['feedburner', 'http://rssnamespace.org/feedburner/ext/1.0'],
  ['sy', 'http://purl.org/rss/1.0/modules/syndication'],
  [
    'prism',
    'http://prismstandard.org/namespaces/basic/2.0',
    'http://prismstandard.org/namespaces/basic/2.1',
    'http://prismstandard.org/namespaces/basic/3.0',
    'http://prismstandard.org/namespaces/1.2/basic',
    'http://prismstandard.org/namespaces/2.0/basic',
    'http://purl.org/rss/1.0/modules/prism',
  ],
  ['news', 'http://www.google.com/schemas/sitemap-news/0.9', 'http://www.google.com/schemas/sitemap-news/0.84'],
  ['xhtml', 'http://www.w3.org/1999/xhtml'],
  ['xml', 'http://www.w3.org/xml/1998/namespace'],
];

const BY_URI: ReadonlyMap<string, string> = new Map(NAMES.flatMap(([name, ...uris]) => uris.map((uri) => [uri, name])));

const KNOWN: ReadonlySet<string> = new Set(NAMES.map(([name]) => name));

/** The prefixes that are valid inside an element, with its own declarations added. */
export const prefixesIn = (attributes: Readonly<Record<string, string>>, around: Prefixes): Prefixes => {
  const own = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  return own.length === 0
    ? around
    : new Map([...around, ...own.map(([name, uri]) => [name.slice('xmlns:'.length), uri.trim()] as const)]);
};

/** The name of a namespace in `NAMES`; undefined for a namespace that is not read. */
const nameOf = (uri: string): string | undefined => BY_URI.get(uri.toLowerCase().replace(/(?<![/#])[/#]+$/, ''));

/** The namespace of an element or attribute: the one that its prefix is declared for, else the prefix itself. */
export const namespaceOf = (written: string, prefixes: Prefixes): string => {
  const colon = written.indexOf(':');
  const prefix = colon < 0 ? '' : written.slice(0, colon);
  if (prefix === 'xml') return 'xml';
  const uri = prefixes.get(prefix);
  if (uri === undefined || uri === '') return KNOWN.has(prefix) || prefix === '' ? prefix : `?${prefix}`;
  return nameOf(uri) ?? `{${uri}}`;
};

/**
 * The canonical name of an element: `title` if its namespace is the feed's own, else with the name of the namespace in
 * front, as in `dc:date`. An undeclared prefix has its usual meaning.
 *
 * @param own the namespace of the feed's own elements
 */
export const canonicalName = (written: string, prefixes: Prefixes, own: string): string => {
  const local = written.slice(written.indexOf(':') + 1);
  const namespace = namespaceOf(written, prefixes);
  // RSS officially has no namespace, but several were invented for it.
  return namespace === own || namespace === '' || (namespace === 'rss' && own === '') ? local : `${namespace}:${local}`;
};
