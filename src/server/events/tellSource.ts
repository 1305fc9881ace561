import type { SourceEvent } from '../../contracts/live/Live.js';
import type { EventHistory } from './EventHistory.js';

/**
 * Adds an event of a feed to the history, which keeps the latest event and the latest title of each feed until the feed
 * is removed.
 */
export const tellSource = (history: EventHistory, event: SourceEvent): void => {
  const { source } = event;
  const named = `title of ${source}`;
  if (event.type === 'removed') {
    history.add('source', JSON.stringify(event));
    history.forget([source, named]);
    return;
  }
  const isNamed = 'title' in event && event.title !== undefined;
  history.add('source', JSON.stringify(event), [source, ...(isNamed ? [named] : [])]);
};
