import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';

/** In characters. A channel's link is near the start of the feed. */
const LOOKED_AT = 65_536;

const CHANNEL_LINK = /<link>\s*(?:<!\[CDATA\[\s*)?(https?:\/\/[^\s<\]]+)/i;

/**
 * The address that relative links of an RSS feed are resolved against: the feed's address, or the channel's link if
 * that has another host. Such a feed comes from another server than its articles.
 *
 * @param head the text before the first item, and after the last one
 * @param feed the feed's address
 */
export const linkBase = (head: string, feed: string): string => {
  const link = CHANNEL_LINK.exec(head.slice(0, LOOKED_AT))?.[1]?.replaceAll('&amp;', '&');
  if (link === undefined) return feed;
  const [channel, own] = [parsedUrl(link), parsedUrl(feed)];
  return channel === undefined || own === undefined || channel.host === own.host ? feed : link;
};
