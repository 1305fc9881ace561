import { type Observable, of, toArray } from 'rxjs';
import type { SourceEvent } from '../../contracts/live/Live.js';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { locate } from '../../streams/bodies/locate.js';
import { readOpml } from '../../streams/feeds/readOpml.js';
import type { Terminal } from '../process/Terminal.js';
import type { FeedRules } from './feedOptions.js';

/**
 * Emits the feeds of an OPML together. Invalid addresses are reported on stderr.
 *
 * @param titles receives the titles in the OPML, by the names that the events of the feeds have
 */
export const opmlFeeds = (
  opml: string | undefined,
  { headers }: FeedRules,
  { stderr }: Pick<Terminal, 'stderr'>,
  titles: Map<string, string>,
): Observable<readonly string[]> =>
  opml === undefined
    ? of([])
    : readOpml(opml, {
        headers,
        titles: { next: ({ address, title }) => void titles.set(locate(address).name, title) },
        rejections: { next: (rejection) => void stderr.write(`left out ${describeRejection(rejection)}\n`) },
      }).pipe(toArray());

/** An event of a feed with the title from the OPML. */
export const underTitle = (event: SourceEvent, titles: ReadonlyMap<string, string>): SourceEvent => {
  const title = titles.get(event.source);
  return title !== undefined && (event.type === 'read' || event.type === 'failed') ? { ...event, title } : event;
};
