import type { SourceEvent } from '../../contracts/live/Live.js';
import type { EventHistory } from './EventHistory.js';

/** Adds an event of a feed to the history, which keeps the latest event and the latest title of each feed. */
export const tellSource = (history: EventHistory, event: SourceEvent): void => {
  const { source } = event;
  const isNamed = 'title' in event && event.title !== undefined;
  history.add('source', JSON.stringify(event), [source, ...(isNamed ? [`title of ${source}`] : [])]);
};
