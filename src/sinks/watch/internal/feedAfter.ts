import type { SourceEvent } from '../../../contracts/live/Live.js';
import type { FeedState } from './WatchState.js';

/** The state of a feed before its first event. */
export const unheardFeed = (source: string, title?: string): FeedState => ({
  source,
  title,
  status: 'waiting',
  lastRead: undefined,
  nextRead: undefined,
  items: undefined,
  movedTo: undefined,
  error: undefined,
  gaps: 0,
});

/** An event of a feed that is read. */
export type FeedEvent = Exclude<SourceEvent, { readonly type: 'removed' }>;

/** The state of a feed after an event. */
export const feedAfter = (feed: FeedState, event: FeedEvent): FeedState => {
  const nextRead = 'nextInMs' in event && event.nextInMs !== undefined ? event.at + event.nextInMs : undefined;
  switch (event.type) {
    case 'read': {
      const { items, rejected = 0, title = feed.title } = event;
      const unreadable = items === 0 && rejected > 0;
      return {
        ...feed,
        title,
        status: unreadable ? 'unreadable' : 'read',
        lastRead: event.at,
        nextRead,
        items,
        error: unreadable ? `${feed.source} has ${rejected} items, and none of them can be read.` : undefined,
      };
    }
    case 'unchanged':
      return feed.status === 'unreadable'
        ? { ...feed, lastRead: event.at, nextRead }
        : { ...feed, status: 'read', lastRead: event.at, nextRead, error: undefined };
    case 'opened':
      return { ...feed, status: 'open', lastRead: event.at, nextRead, error: undefined };
    case 'failed':
      return { ...feed, status: nextRead === undefined ? 'gone' : 'failing', nextRead, error: event.message };
    case 'gap':
      return { ...feed, gaps: feed.gaps + 1 };
    case 'moved':
      return { ...feed, movedTo: event.to };
  }
};
