/** In characters. What stands around a feed is short. */
const LOOKED_AT = 65_536;

/** The pieces of markup in front of a feed that are looked at. */
const MOST_PIECES = 200;

/** A piece of a document that shows nothing: white space, a comment, a script, a title, a tag that is not a feed's. */
const UNSEEN =
  /\s+|<!--[^]*?-->|<(script|style|title)\b[^<>]*>[^]*?<\/\1\s*>|<(?!(?:rss|feed|rdf:rdf)\b)[/!?]?[a-z][^<>]*>/iy;

const RAW = /<(?:rss|feed|rdf:rdf)[\s>]/iy;

const ESCAPED = /&lt;(?:\?xml|rss|feed|rdf:rdf)\b/iy;

const FEED_IN_STRING = /^\s*(?:<\?xml\b|<(?:rss|feed|rdf:rdf)[\s>])/i;

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/&(?:quot|#34);/g, '"')
    .replace(/&(?:apos|#39);/g, "'")
    .replaceAll('&amp;', '&');

/**
 * The text of a feed that is inside another document: a page that shows nothing before it, an envelope of XML. It may
 * be escaped there. Undefined if there is none.
 *
 * What is in front of the feed becomes spaces, so that lines and bytes stay what they are, unless the feed is escaped.
 */
export const feedInMarkup = (text: string): string | undefined => {
  const start = text.slice(0, LOOKED_AT);
  let at = 0;
  for (let pieces = 0; pieces < MOST_PIECES; pieces++) {
    UNSEEN.lastIndex = at;
    const piece = UNSEEN.exec(start)?.[0];
    if (piece === undefined) break;
    at += piece.length;
  }
  RAW.lastIndex = at;
  if (RAW.test(start)) return text.slice(0, at).replace(/[^\n]/g, ' ') + text.slice(at);
  ESCAPED.lastIndex = at;
  return ESCAPED.test(start) ? unescaped(text.slice(at)) : undefined;
};

/** The text of a feed that is a string in JSON, as services that fetch pages send it; undefined if there is none. */
export const feedInJson = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null
    ? Object.values(value).find((field): field is string => typeof field === 'string' && FEED_IN_STRING.test(field))
    : undefined;
