import { type Observable, of, toArray } from 'rxjs';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { readOpml } from '../../streams/feeds/readOpml.js';
import type { Terminal } from '../process/Terminal.js';
import type { FeedRules } from './feedOptions.js';

/** The feeds that an OPML names, in one piece, and those that are no addresses told on stderr. */
export const opmlFeeds = (
  opml: string | undefined,
  { headers }: FeedRules,
  { stderr }: Pick<Terminal, 'stderr'>,
): Observable<readonly string[]> =>
  opml === undefined
    ? of([])
    : readOpml(opml, {
        headers,
        rejections: { next: (rejection) => void stderr.write(`left out ${describeRejection(rejection)}\n`) },
      }).pipe(toArray());
