import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { linesToHeadlines, type HeadlineLinesOptions } from './linesToHeadlines.js';

/**
 * Emits each line of text as the title of a headline, as soon as the line is complete.
 *
 * ```marbles drawn
 * lines:      -a--b---c--|      b: blank
 *             headlineLines(process.stdin)
 * headlines:  -a------c--|
 * ```
 *
 * Blank lines are skipped. The lines are read as by `readLines`, from a stream such as stdin, a path or a URL. While
 * the valve is closed, nothing is emitted and nothing more is read. `events` receives `opened`, and at the end `read`
 * or `failed`.
 *
 * Errors: those of `readLines`, and any error that `rejections` or `events` throws.
 *
 * @param source a stream such as `process.stdin`, a path, or a URL (http, https, file)
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 *
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { headlineLines } from 'headwater';
 *
 * headlineLines(Readable.from(['Ferry returns to port\n\nRates held\n'])).subscribe(({ id, title }) =>
 *   console.log(id, title),
 * ); // 0 Ferry returns to port, then 1 Rates held
 * ```
 */
export const headlineLines = (
  source: Readable | string | URL,
  options: HeadlineLinesOptions = {},
): Observable<LiveHeadline> => {
  checkOptions('headlineLines', options, 'source, { maxLineBytes: 65_536 }');
  return linesToHeadlines(source, options, (decoder, text) => decoder.title(text));
};
