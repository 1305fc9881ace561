import { finished, type Readable } from 'node:stream';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from './bytes/ByteWindow.js';
import { inTurns } from '../pacing/internal/inTurns.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { Reader } from './bytes/Reader.js';

/** Who is told how it ended. */
export interface DrainEnd {
  /** All was read and handed over. */
  complete(): void;
  /** The body broke off; all that had come before is handed over. */
  broken(error: unknown): void;
  /** The reader threw. */
  failed(error: unknown): void;
}

/** A body on its way through a reader. */
export interface Draining {
  /** Begins; it may hand over items before it returns. */
  start(): void;
  /** Stops at once, and destroys the body. */
  stop(): void;
}

const asBytes = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new HeadwaterError(
    'HW_USAGE',
    'The stream gave something that is neither bytes nor text. Give a Readable of bytes or strings.',
  );
};

/**
 * Pulls a body through a reader, an item at a time, in turns. What is held while the valve is closed is what the reader
 * has of the present chunk, and what Node's streams read ahead.
 *
 * @returns not begun yet, so that it can be stopped from within its first item
 */
export const drain = (body: Readable, reader: Reader, pacing: Pacing, end: DrainEnd): Draining => {
  let stopped = false;
  let chunk: Uint8Array = Buffer.alloc(0);
  let offset = 0;
  let ended = false;
  let cut: { readonly error: unknown } | undefined;
  let finishing = false;

  /** Gives the reader more to read. Returns false where there is nothing at present, or nothing any more. */
  const feed = (): boolean => {
    if (offset === chunk.length) {
      const next: unknown = body.read();
      if (next !== null) {
        chunk = asBytes(next);
        offset = 0;
      } else if (ended && !finishing) {
        finishing = true;
        reader.finish();
        return true;
      } else {
        return false;
      }
    }
    // A stream may give much at once.
    const to = Math.min(chunk.length, offset + CHUNK_BYTES);
    reader.push(chunk.subarray(offset, to));
    offset = to;
    return true;
  };

  const step = (): boolean => {
    if (reader.advance() || feed()) return true;
    if (finishing) {
      stop();
      end.complete();
    } else if (cut !== undefined) {
      stop();
      end.broken(cut.error);
    }
    return false;
  };

  const turns = inTurns(pacing, step, (error) => {
    stop();
    end.failed(error);
  });

  const stop = (): void => {
    stopped = true;
    turns.stop();
    body.destroy();
  };

  const start = (): void => {
    body.on('error', () => undefined);
    body.on('readable', () => turns.run());
    finished(body, { writable: false }, (error) => {
      if (stopped) return;
      if (error == null) ended = true;
      // What has come is handed over first: a connection may break while the valve is closed, or before a slow
      // subscriber has taken it all.
      else cut = { error };
      turns.run();
    });
    turns.start();
  };

  return { start, stop };
};
