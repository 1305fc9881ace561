import type { LiveHeadline } from '../../../contracts/live/Live.js';
import type { TitleMarkup } from './text/titleText.js';

/** An item of a feed: a headline before it is known when it was seen, and as which one of its stream. */
export type FeedItem = Omit<LiveHeadline, 'id' | 'source' | 'seen'>;

/** Text as a feed has it. */
export interface RawText {
  readonly text: string;
  readonly markup: TitleMarkup;
}

/** An item before its title has been made a line of text. */
export interface RawItem extends Omit<FeedItem, 'title'> {
  /** Undefined where it has none. */
  readonly title: RawText | undefined;
  /** What it says beside its title: the first that is there of its summary and its content. */
  readonly body: RawText | undefined;
}
