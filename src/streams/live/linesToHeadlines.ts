import type { Readable } from 'node:stream';
import { asyncScheduler, Observable } from 'rxjs';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { LineReader } from '../bodies/LineReader.js';
import { lineSource, type ReadLinesOptions } from '../bodies/lineSource.js';
import { readBody } from '../bodies/readBody.js';
import { rejecting } from '../internal/rejecting.js';
import { HeadlineDecoder, type RecordPlace } from './internal/HeadlineDecoder.js';
import type { LiveOptions } from './LiveOptions.js';
import { failure, tellEvents } from './internal/tellEvents.js';

/** Options for reading lines as headlines. */
export interface HeadlineLinesOptions extends Omit<ReadLinesOptions, keyof LiveOptions>, LiveOptions {}

/** Handles a line that is not blank. */
type TakeLine = (decoder: HeadlineDecoder, text: string, place: RecordPlace) => void;

/** Reads a source line by line and passes each line that is not blank to `take`. */
export const linesToHeadlines = (
  source: Readable | string | URL,
  options: HeadlineLinesOptions,
  take: TakeLine,
): Observable<LiveHeadline> => {
  const { name, open, explain, maxLineBytes } = lineSource(source, options);
  const { scheduler = asyncScheduler, events, rejections } = options;
  const reject = rejecting(rejections);

  return new Observable((subscriber) => {
    const tell = tellEvents(events, name, scheduler, subscriber);
    const decoder = new HeadlineDecoder(
      name,
      () => scheduler.now(),
      (headline) => subscriber.next(headline),
      reject,
    );
    const reader = (): LineReader =>
      new LineReader(
        name,
        maxLineBytes,
        (text, id, byte) => {
          if (text.trim() !== '') take(decoder, text, { line: id + 1, byte });
        },
        (rejection) => decoder.reject(rejection),
      );
    const opening = async (signal: AbortSignal): Promise<Readable> => {
      const body = await open(signal);
      if (!subscriber.closed) tell({ type: 'opened' });
      return body;
    };
    return readBody<never>({ open: opening, explain, reader }, options).subscribe({
      error: (error) => {
        tell(failure(error, undefined));
        subscriber.error(error);
      },
      complete: () => {
        tell({ type: 'read', items: decoder.headlines, nextInMs: undefined });
        subscriber.complete();
      },
    });
  });
};
