import { createHash } from 'node:crypto';
import { serve } from '../streams/servers.js';

/** A server of feeds that a test changes while it is asked. */
export interface FeedServer {
  readonly origin: string;
  /** The titles of each feed by its path, the newest first; a number is a status to answer with. */
  readonly feeds: Map<string, readonly string[] | number>;
  /** How many requests were answered by 304. */
  readonly unchanged: () => number;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A feed of RSS with these titles; an empty one makes an item without. */
export const rssOf = (titles: readonly string[]): string =>
  '<?xml version="1.0"?><rss ' +
  `version="2.0"><channel><title>News</title>${titles.map((title) => `<item>${title === '' ? '' : `<title>${escaped(title)}</title>`}</item>`).join('')}</channel></rss>`;

/** A local server of feeds that lives until the test ends. */
export const serveFeeds = async (given: Readonly<Record<string, readonly string[] | number>>): Promise<FeedServer> => {
  const feeds = new Map(Object.entries(given));
  let unchanged = 0;
  const origin = await serve((request, response) => {
    const feed = feeds.get(request.url ?? '') ?? 404;
    if (typeof feed === 'number') {
      response.writeHead(feed).end();
      return;
    }
    const body = rssOf(feed);
    const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) {
      unchanged += 1;
      response.writeHead(304).end();
    } else response.writeHead(200, { 'content-type': 'application/rss+xml', etag }).end(body);
  });
  return { origin, feeds, unchanged: () => unchanged };
};
