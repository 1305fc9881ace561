import { filter, map, type Observable } from 'rxjs';
import { fetchTable } from '../../streams/fetchTable.js';
import { readLines } from '../../streams/readLines.js';
import { titleOf } from '../../streams/table/titleOf.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import { feedMemory } from '../../streams/feeds/polling/FeedMemory.js';
import { valve } from '../../streams/valve.js';
import type { FeedRules } from '../live/feedOptions.js';
import { liveHeadlines } from '../live/liveHeadlines.js';
import { watchedFeeds } from '../live/watchedFeed.js';
import type { Terminal } from '../process/Terminal.js';

const TABLE = /\.(?:csv|tsv|jsonl|ndjson|parquet|arrow|feather)(?:\.(?:gz|zst|br))?$/i;
const LINES = /\.(?:txt|log)$/i;

/**
 * The titles of a table, of a file of lines, or of a feed as it is now.
 *
 * Errors: errors of the source.
 *
 * @param called for input that cannot be read
 */
export const labelTitles = (
  source: string,
  rules: FeedRules,
  { stdin }: Terminal,
  told: (line: string) => void,
): Observable<string> => {
  const ignore = { next: () => undefined };
  if (TABLE.test(source)) {
    let layout: TableLayout | undefined;
    return fetchTable(source, { labelColumn: null, onLayout: (found) => (layout = found) }).pipe(
      map(({ fields }) => (layout === undefined ? '' : titleOf(layout)(fields))),
      filter((title) => title.trim() !== ''),
    );
  }
  if (LINES.test(source))
    return readLines(source, { valve: valve(), rejections: ignore }).pipe(filter((title) => title.trim() !== ''));
  return liveHeadlines(watchedFeeds([source]), {
    ...rules,
    stdin,
    valve: valve(),
    events: {
      next: (event) => {
        if (event.type === 'failed') told(event.message);
      },
    },
    rejections: ignore,
    memory: feedMemory(),
    once: true,
    deliveries: false,
  }).pipe(map(({ title }) => title));
};
