import type { LiveHeadline } from '../../../contracts/Live.js';

/** An item of a feed: a headline before it is known when it was seen, and as which one of its stream. */
export type FeedItem = Omit<LiveHeadline, 'id' | 'source' | 'seen'>;

/** An item before its title has been made a line of text. */
export interface RawItem extends Omit<FeedItem, 'title'> {
  /** As the feed has it; undefined where it has none. */
  readonly title: string | undefined;
  readonly markup: 'html' | 'text';
}
