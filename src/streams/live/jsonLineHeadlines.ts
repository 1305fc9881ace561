import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { linesToHeadlines, type HeadlineLinesOptions } from './linesToHeadlines.js';

/**
 * Emits the headlines of JSON lines, each as soon as its line has come: `{"title": "Ferry returns to port"}`.
 *
 * ```
 * lines       --a--{--b---|      {: a line that is no headline
 *             jsonLineHeadlines(source, { rejections })
 * headlines   --a-----b---|
 * rejections  -----j-------
 * ```
 *
 * Each line is one JSON object as `headlineJson` has it; blank lines are passed over. The lines are read as by
 * `readLines`: from a stream such as stdin, a path, or an address; while the valve is closed nothing is emitted and no
 * more is read. An address is asked once: where the connection breaks, the stream ends.
 *
 * A line that is no such object leaves through `rejections`, with its line and byte: `item` where it is not even a JSON
 * object, `field` where a field is not what it should be, `oversize` and `encoding` as `readLines` has them. `events`
 * hears `opened`, and at the end `read` or `failed`.
 *
 * A link that is relative is resolved against the source's address. A link or a date that cannot be read is left out:
 * it costs the field and not the headline.
 *
 * Errors: those of `readLines`; `HW_REJECTIONS` for a line that is no headline where there is no `rejections`; and what
 * `rejections` and `events` throw.
 *
 * @param source a stream such as `process.stdin`, a path, or an address (http, https, file)
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { jsonLineHeadlines } from 'headwater';
 *
 * const lines = Readable.from(['{"title":"Ferry returns to port","guid":"a1"}\n', '{"title":"Rates held"}\n']);
 * jsonLineHeadlines(lines).subscribe(({ id, title, guid }) => console.log(id, title, guid)); // 0 Ferry returns to port a1, then 1 Rates held undefined
 * ```
 */
export const jsonLineHeadlines = (
  source: Readable | string | URL,
  options: HeadlineLinesOptions = {},
): Observable<LiveHeadline> => linesToHeadlines(source, options, (intake, text, place) => intake.json(text, place));
