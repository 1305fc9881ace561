import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { linesToHeadlines, type HeadlineLinesOptions } from './linesToHeadlines.js';

/**
 * Emits a headline for each line of text, as soon as it has come: the line is the title.
 *
 * ```
 * lines      --a--b---c--|     b: blank
 *            headlineLines(process.stdin)
 * headlines  --a------c--|
 * ```
 *
 * Blank lines are passed over. The lines are read as by `readLines`: from a stream such as stdin, a path, or an
 * address; while the valve is closed nothing is emitted and no more is read. `events` hears `opened`, and at the end
 * `read` or `failed`.
 *
 * Errors: those of `readLines`, and what `rejections` and `events` throw.
 *
 * @param source a stream such as `process.stdin`, a path, or an address (http, https, file)
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { headlineLines } from 'headwater';
 *
 * headlineLines(Readable.from(['Ferry returns to port\n\nRates held\n'])).subscribe(({ id, title }) => console.log(id, title)); // 0 Ferry returns to port, then 1 Rates held
 * ```
 */
export const headlineLines = (
  source: Readable | string | URL,
  options: HeadlineLinesOptions = {},
): Observable<LiveHeadline> => linesToHeadlines(source, options, (intake, text) => intake.title(text));
