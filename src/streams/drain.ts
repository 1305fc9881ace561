import { finished, type Readable } from 'node:stream';
import { asyncScheduler, type Subscription } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from './ByteWindow.js';
import type { Pacing } from './Pacing.js';
import type { Reader } from './Reader.js';

/** Who is told how it ended. */
export interface DrainEnd {
  /** All was read and handed over. */
  complete(): void;
  /** The body broke off. */
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
  throw new HeadwaterError('HW_USAGE', 'The stream gave something that is neither bytes nor text. Give a Readable of bytes or strings.');
};

/**
 * Pulls a body through a reader, an item at a time.
 *
 * This is the only loop of a source, and all that may stop it is asked before each item: has the subscriber left, is the valve
 * closed, has it been the event loop's turn for too long. So nothing is emitted after the valve closes, not even from within
 * the `next` in which it was closed; what is held meanwhile is what the reader has of the present chunk, and what Node's
 * streams read ahead.
 *
 * @returns not begun yet, so that it can be stopped from within its first item
 */
export const drain = (body: Readable, reader: Reader, { valve, yieldAfter = 25, scheduler = asyncScheduler }: Pacing, end: DrainEnd): Draining => {
  let stopped = false;
  let running = false;
  let chunk: Uint8Array = Buffer.alloc(0);
  let offset = 0;
  let ended = false;
  let finishing = false;
  // Milliseconds of work since the event loop was last given its turn. A stream may have its next chunk ready without the event loop
  // turning in between, so only a turn taken on purpose sets this back.
  let worked = 0;
  let turn: Subscription | undefined;
  let valveWatch: Subscription | undefined;

  const stop = (): void => {
    stopped = true;
    turn?.unsubscribe();
    valveWatch?.unsubscribe();
    body.destroy();
  };

  const takeTurn = (): void => {
    turn = scheduler.schedule(() => {
      turn = undefined;
      worked = 0;
      run();
    });
  };

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

  const work = (): void => {
    const since = scheduler.now();
    for (;;) {
      if (stopped || valve?.isOpen === false) break;
      if (worked + scheduler.now() - since >= yieldAfter) {
        takeTurn();
        return;
      }
      if (reader.advance() || feed()) continue;
      if (finishing) {
        stop();
        end.complete();
      }
      break;
    }
    worked += scheduler.now() - since;
  };

  const run = (): void => {
    // A subscriber may open the valve, or make the stream readable, within `next`: the loop below it goes on by itself.
    if (running || stopped || turn !== undefined) return;
    running = true;
    try {
      work();
    } catch (error) {
      stop();
      end.failed(error);
    }
    running = false;
  };

  const start = (): void => {
    body.on('error', () => undefined);
    body.on('readable', run);
    finished(body, { writable: false }, (error) => {
      if (stopped) return;
      if (error == null) {
        ended = true;
        run();
      } else {
        stop();
        end.broken(error);
      }
    });
    // The valve tells its present state at once: that starts the loop, or leaves it until the valve opens.
    if (valve === undefined) run();
    else valveWatch = valve.open$.subscribe((open) => (open ? run() : undefined));
    if (stopped) valveWatch?.unsubscribe();
  };

  return { start, stop };
};
