import { type Observable, of, toArray } from 'rxjs';
import type { SourceEvent } from '../../contracts/live/Live.js';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { locate } from '../../streams/bodies/locate.js';
import { readOpml } from '../../streams/feeds/readOpml.js';
import type { Terminal } from '../process/Terminal.js';
import type { FeedRules } from './feedOptions.js';

/**
 * The feeds that an OPML names, in one piece, and those that are no addresses told on stderr.
 *
 * @param titles gets what the OPML calls them, by the names that their events have
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

/** An event of a feed under the name that the OPML gives it. */
export const underTitle = (event: SourceEvent, titles: ReadonlyMap<string, string>): SourceEvent => {
  const title = titles.get(event.source);
  return title !== undefined && (event.type === 'read' || event.type === 'failed') ? { ...event, title } : event;
};
