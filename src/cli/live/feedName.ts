import { existsSync } from 'node:fs';

// A host name, and what may follow it. A path can only start like this if there is such a file.
const WITHOUT_SCHEME =
  /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d-]{2,})(?::\d{1,5})?(?:[/?]|$)/i;

// File extensions that no host name has.
const FILE = /^[^/]*\.(?:xml|rss|atom|rdf|json|jsonl|opml|csv|txt|html?|gz)$/i;

/**
 * Completes a short address: `feed://example.org/news` and `example.org/news` are web addresses.
 *
 * @param isFile whether there is a file with that name
 */
export const feedName = (written: string, isFile: (path: string) => boolean = existsSync): string => {
  const feed = /^feed:(?:\/\/)?(?=https?:\/\/)/i.exec(written)?.[0];
  if (feed !== undefined) return written.slice(feed.length);
  if (/^feed:\/\//i.test(written)) return `http:${written.slice('feed:'.length)}`;
  if (!WITHOUT_SCHEME.test(written) || FILE.test(written) || isFile(written)) return written;
  return `${/^(?:localhost|[\d.]+)(?:[:/?]|$)/i.test(written) ? 'http' : 'https'}://${written}`;
};
