import { existsSync } from 'node:fs';

// A name of a server, and what may follow it; no path begins so, unless there is such a file.
const WITHOUT_SCHEME =
  /^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d-]{2,})(?::\d{1,5})?(?:[/?]|$)/i;

// What ends a file's name, and no server's.
const FILE = /^[^/]*\.(?:xml|rss|atom|rdf|json|jsonl|opml|csv|txt|html?|gz)$/i;

/**
 * The address that a person means: `feed://example.org/news` and `example.org/news` are addresses of the web.
 *
 * @param isFile whether there is a file of that name
 */
export const feedName = (written: string, isFile: (path: string) => boolean = existsSync): string => {
  const feed = /^feed:(?:\/\/)?(?=https?:\/\/)/i.exec(written)?.[0];
  if (feed !== undefined) return written.slice(feed.length);
  if (/^feed:\/\//i.test(written)) return `http:${written.slice('feed:'.length)}`;
  if (!WITHOUT_SCHEME.test(written) || FILE.test(written) || isFile(written)) return written;
  return `${/^(?:localhost|[\d.]+)(?:[:/?]|$)/i.test(written) ? 'http' : 'https'}://${written}`;
};
