import { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { DeadLetter } from '../contracts/Rejection.js';
import { checkBodyOptions, type BodyOptions } from './BodyOptions.js';
import { LineReader } from './LineReader.js';
import { locate } from './locate.js';
import { bodyError, openBody } from './openBody.js';
import type { Pacing } from './Pacing.js';
import { readBody, type BodyToRead } from './readBody.js';
import { rejecting } from './rejecting.js';
import { requireNumber } from './requireNumber.js';
import { requirePacing } from './requirePacing.js';
import { emptyMemory } from './SourceMemory.js';

/** How lines are read. */
export interface ReadLinesOptions extends BodyOptions, Pacing {
  /** The longest line, without its line break. Bytes; default 1,048,576. */
  readonly maxLineBytes?: number | undefined;
  /** Where lines go that are too long or not UTF-8. Default: none, and the first such line ends the stream with `HW_REJECTIONS`. */
  readonly rejections?: DeadLetter | undefined;
}

/** A stream that is there already: nothing is to be opened, and it can be read once. */
const openStream = (stream: Readable, name: string, signal: AbortSignal): Promise<Readable> => {
  signal.addEventListener('abort', () => stream.destroy());
  if (!stream.readableEnded && !stream.destroyed) return Promise.resolve(stream);
  return Promise.reject(new HeadwaterError('HW_USAGE', `${name} was read already, and a stream can be read once. Give a path or a URL to read it again.`, { where: name }));
};

const openerOf = (source: Readable | string | URL, options: ReadLinesOptions): { readonly name: string } & Pick<BodyToRead<string>, 'open' | 'explain'> => {
  const opening = {
    ...checkBodyOptions(options),
    snapshotDir: undefined,
  };
  if (source instanceof Readable) {
    const name = source === process.stdin ? 'stdin' : 'stream';
    return {
      name,
      open: (signal) => openStream(source, name, signal),
      explain: (error, progress) =>
        error instanceof HeadwaterError
          ? error
          : new HeadwaterError('HW_PATH', `${name} broke off after ${progress}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error, where: name }),
    };
  }
  const location = locate(source);
  return {
    name: location.name,
    // Each subscription with a memory of its own: lines are read once, and a later reader may find other ones.
    open: (signal) => openBody(location, opening, emptyMemory(), signal),
    explain: (error, progress) => bodyError(location, error, progress),
  };
};

/**
 * Emits the lines of a stream, a file, or a body that comes over HTTP, each as soon as it has come.
 *
 * ```
 * bytes    ab cd\n ef\r\n g|
 * lines    ----a---b------(c|)     a = 'abcd', b = 'ef', c = 'g'
 * ```
 *
 * The text is UTF-8; a byte order mark is left out. A line ends at LF, CRLF or CR, and the last one where the body ends; empty
 * lines are lines. Files and addresses are opened as by `fetchCsv`, compressed ones too. Cold: subscribing opens the source, and
 * unsubscribing closes it at once. A `Readable` that is given is destroyed then, as `for await` does, and can be read only once.
 *
 * Holds at most one chunk of 64 KiB, the longest line, and what Node's streams read ahead. Nothing is emitted, and no more read,
 * while the valve is closed.
 *
 * Errors: `HW_USAGE` for a source that cannot be read (thrown at once) or was read already; `HW_REJECTIONS` for a line that is too
 * long or not UTF-8 where there is no `rejections`; `HW_CSV` for UTF-16; `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as `fetchCsv`.
 *
 * @param source a stream such as `process.stdin`, a path, or an address (http, https, file)
 * @example
 * ```ts
 * import { Readable } from 'node:stream';
 * import { readLines } from 'headwater';
 * import { lastValueFrom, toArray } from 'rxjs';
 *
 * const lines = await lastValueFrom(readLines(Readable.from(['one\ntw', 'o\r\n', 'three'])).pipe(toArray()));
 * console.log(lines); // ['one', 'two', 'three']
 * ```
 */
export const readLines = (source: Readable | string | URL, options: ReadLinesOptions = {}): Observable<string> => {
  const { name, open, explain } = openerOf(source, options);
  const maxLineBytes = requireNumber('maxLineBytes', options.maxLineBytes, 1_048_576, 1);
  requirePacing(options);
  return readBody({ open, explain, reader: (subscriber) => new LineReader(name, maxLineBytes, (line) => subscriber.next(line), rejecting(options.rejections)) }, options);
};
