import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { recordsOf } from './internal/recordsOf.js';
import { linesToHeadlines, type HeadlineLinesOptions } from './linesToHeadlines.js';

/**
 * Emits the headlines of lines, as `serverSentEvents` does with events: a line is a title, a JSON object as defined by
 * `headlineJson`, or a JSON array of these.
 */
export const mixedLines = (source: Readable, options: HeadlineLinesOptions): Observable<LiveHeadline> =>
  linesToHeadlines(source, options, (decoder, text, place) => {
    for (const record of recordsOf(text)) decoder.either(record, place);
  });
