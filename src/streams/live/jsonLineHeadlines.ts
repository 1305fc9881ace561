import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { linesToHeadlines, type HeadlineLinesOptions } from './linesToHeadlines.js';

/**
 * Emits the headlines of JSON lines, each as soon as its line is complete: `{"title": "Ferry returns to port"}`.
 *
 * ```marbles drawn
 * lines:       -a--x--b---|      x: a line that is no headline
 *              jsonLineHeadlines(source, { rejections })
 * headlines:   -a-----b---|
 * rejections:  ----j-------
 * ```
 *
 * Each line is one JSON object as defined by `headlineJson`; blank lines are skipped. The lines are read as by
 * `readLines`, from a stream such as stdin, a path or a URL. While the valve is closed, nothing is emitted and nothing
 * more is read. A URL is requested once: if the connection breaks, the stream ends.
 *
 * Other lines are sent to `rejections`, with line and byte: `item` if the line is not a JSON object, `field` if a field
 * is invalid, `oversize` and `encoding` as in `readLines`. `events` receives `opened`, and at the end `read` or
 * `failed`.
 *
 * A relative link is resolved against the URL of the source. A link or a date that cannot be read is removed, and the
 * rest of the headline is kept.
 *
 * Errors: those of `readLines`; without `rejections`, `HW_REJECTIONS` for a line that is not a headline; and any error
 * that `rejections` or `events` throws.
 *
 * @param source a stream such as `process.stdin`, a path, or a URL (http, https, file)
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { jsonLineHeadlines } from 'headwater';
 *
 * const lines = Readable.from(['{"title":"Ferry returns to port","guid":"a1"}\n', '{"title":"Rates held"}\n']);
 * jsonLineHeadlines(lines).subscribe(({ id, title, guid }) => console.log(id, title, guid));
 * // 0 Ferry returns to port a1, then 1 Rates held undefined
 * ```
 */
export const jsonLineHeadlines = (
  source: Readable | string | URL,
  options: HeadlineLinesOptions = {},
): Observable<LiveHeadline> => {
  checkOptions('jsonLineHeadlines', options, 'source, { maxLineBytes: 65_536 }');
  return linesToHeadlines(source, options, (decoder, text, place) => decoder.json(text, place));
};
