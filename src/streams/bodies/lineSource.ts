import { Readable } from 'node:stream';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { BodyOptions } from './http/connection/BodyOptions.js';
import { locate } from './locate.js';
import { bodyError, openBody, openedOnce } from './openBody.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { BodyToRead } from './readBody.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import { emptyMemory } from './SourceMemory.js';

/** How lines are read. */
export interface ReadLinesOptions extends BodyOptions, Pacing {
  /** The longest line, without its line break. Bytes; default 1,048,576. */
  readonly maxLineBytes?: number | undefined;
  /**
   * Where lines go that are too long or not UTF-8. Default: none, and the first such line ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
}

/** A stream that is there already: nothing is to be opened, and it can be read once. */
const streamOpener = (stream: Readable, name: string): LineSource['open'] => {
  let taken = false;
  return (signal) => {
    // A second subscriber must not close it for the first one.
    if (taken || stream.readableEnded || (stream.destroyed && stream.errored == null)) {
      return Promise.reject(
        new HeadwaterError(
          'HW_USAGE',
          `${name} was read already, and a stream can be read once. Give a path or a URL to read it again.`,
          { where: name },
        ),
      );
    }
    taken = true;
    signal.addEventListener('abort', () => stream.destroy());
    return stream.errored == null ? Promise.resolve(stream) : Promise.reject(stream.errored);
  };
};

/** Lines that can be read. */
export interface LineSource extends Pick<BodyToRead<unknown>, 'open' | 'explain'> {
  /** What the source is called in rejections and messages. */
  readonly name: string;
  readonly maxLineBytes: number;
}

/**
 * Tells what kind of source it is, and checks how it is to be read.
 *
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 */
export const lineSource = (source: Readable | string | URL, options: ReadLinesOptions): LineSource => {
  const opening = openedOnce(options);
  const maxLineBytes = requireNumber('maxLineBytes', options.maxLineBytes, 1_048_576, 1);
  requirePacing(options);
  if (source instanceof Readable) {
    const name = source === process.stdin ? 'stdin' : 'stream';
    return {
      name,
      maxLineBytes,
      open: streamOpener(source, name),
      explain: (error, progress) =>
        error instanceof HeadwaterError
          ? error
          : new HeadwaterError(
              'HW_PATH',
              `${name} broke off after ${progress}: ${error instanceof Error ? error.message : String(error)}.`,
              { cause: error, where: name },
            ),
    };
  }
  const location = locate(source);
  return {
    name: location.name,
    maxLineBytes,
    // Each subscription with a memory of its own: lines are read once, and a later reader may find other ones.
    open: (signal) => openBody(location, opening, emptyMemory(), signal),
    explain: (error, progress) => bodyError(location, error, progress),
  };
};
