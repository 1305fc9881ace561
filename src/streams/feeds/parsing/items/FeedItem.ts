import type { LiveHeadline } from '../../../../contracts/live/Live.js';
import type { TitleMarkup } from '../text/titleText.js';

/** An item of a feed: a headline without its `id`, `source` and `seen`, which are added when it is emitted. */
export type FeedItem = Omit<LiveHeadline, 'id' | 'source' | 'seen'>;

/** Text as it stands in the feed. */
export interface RawText {
  readonly text: string;
  readonly markup: TitleMarkup;
}

/** An item before its title is turned into one line of plain text. */
export interface RawItem extends Omit<FeedItem, 'title'> {
  /** Undefined if the item has no title. */
  readonly title: RawText | undefined;
  /** The item's summary, or its content if it has no summary. */
  readonly body: RawText | undefined;
}
