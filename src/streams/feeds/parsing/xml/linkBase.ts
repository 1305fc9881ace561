/** What a feed says of itself is near its beginning. */
const LOOKED_AT = 65_536;

const CHANNEL_LINK = /<link>\s*(?:<!\[CDATA\[\s*)?(https?:\/\/[^\s<\]]+)/i;

/**
 * What the links of RSS are relative to that are relative: the feed's address, or the channel's link where that is of
 * another host. Such a feed is delivered by another server than that of the articles.
 *
 * @param head what stands before the first item
 * @param feed the feed's address
 */
export const linkBase = (head: string, feed: string): string => {
  const link = CHANNEL_LINK.exec(head.slice(0, LOOKED_AT))?.[1]?.replaceAll('&amp;', '&');
  if (link === undefined || !URL.canParse(link) || !URL.canParse(feed)) return feed;
  return new URL(link).host === new URL(feed).host ? feed : link;
};
