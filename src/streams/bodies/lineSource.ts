import { Readable } from 'node:stream';
import { messageOf } from '../../contracts/messageOf.js';
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

/** Options for reading lines. */
export interface ReadLinesOptions extends BodyOptions, Pacing {
  /** The longest line, without its line break. Bytes; default 1,048,576. */
  readonly maxLineBytes?: number | undefined;
  /**
   * Receives the lines that are too long or not UTF-8. Default: none, so that the first such line ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
}

/** Opens a given stream, which exists already and can be read only once. */
const streamOpener = (stream: Readable, name: string): LineSource['open'] => {
  let taken = false;
  return (signal) => {
    // A second subscriber must not close the stream of the first one.
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

/** A source of lines. */
export interface LineSource extends Pick<BodyToRead<unknown>, 'open' | 'explain'> {
  /** The name of the source in rejections and messages. */
  readonly name: string;
  readonly maxLineBytes: number;
}

/**
 * Determines the kind of a source, and checks the options.
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
          : new HeadwaterError('HW_PATH', `${name} broke off after ${progress}: ${messageOf(error)}.`, {
              cause: error,
              where: name,
            }),
    };
  }
  const location = locate(source);
  return {
    name: location.name,
    maxLineBytes,
    // Each subscription has its own memory: lines are read in one pass, and a later subscription may read other lines.
    open: (signal) => openBody(location, opening, emptyMemory(), signal),
    explain: (error, progress) => bodyError(location, error, progress),
  };
};
