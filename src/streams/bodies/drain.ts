import { finished, type Readable } from 'node:stream';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from './bytes/ByteWindow.js';
import { inTurns } from '../pacing/internal/inTurns.js';
import type { Pacing } from '../pacing/Pacing.js';
import type { Reader } from './bytes/Reader.js';

/** Receives the end of a body. */
export interface DrainEnd {
  /** Everything was read and emitted. */
  complete(): void;
  /** The body broke off. Everything that had arrived before was emitted. */
  broken(error: unknown): void;
  /** The reader threw. */
  failed(error: unknown): void;
}

/** A body that is being read by a reader. */
export interface Draining {
  /** Starts reading. It may emit items before it returns. */
  start(): void;
  /** Stops immediately and destroys the body. */
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
 * Reads a body with a reader, one item at a time, and yields to the event loop as `pacing` says. While the valve is
 * closed, it holds the reader's part of the current chunk, and what Node's streams read ahead.
 *
 * @returns the draining, not started yet, so that the subscriber can stop it during the first item
 */
export const drain = (body: Readable, reader: Reader, pacing: Pacing, end: DrainEnd): Draining => {
  let stopped = false;
  let chunk: Uint8Array = Buffer.alloc(0);
  let offset = 0;
  let ended = false;
  let cut: { readonly error: unknown } | undefined;
  let finishing = false;

  /** Passes more bytes to the reader. Returns false if there are none at present or none left. */
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
    // A stream may return a very large chunk.
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
      // The bytes that have arrived are emitted first: a connection may break while the valve is closed, or while a
      // slow subscriber still has bytes to read.
      else cut = { error };
      turns.run();
    });
    turns.start();
  };

  return { start, stop };
};
