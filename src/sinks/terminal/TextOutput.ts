import type { Writable } from 'node:stream';
import { codeOf } from '../../contracts/codeOf.js';

/** Whether a write failed because the reader closed the pipe (`headwater … | head -1`). This is a normal end. */
export const isClosedPipe = (error: unknown, stream: Writable): boolean =>
  codeOf(error) === 'EPIPE' || codeOf(stream.errored) === 'EPIPE';

/** Ignores an error that occurs after the writer has unsubscribed. */
const ignore = (): void => undefined;

/**
 * The writes of one sink to a Node stream that others may share. It tracks when its own writes have finished, and
 * reports their failure.
 *
 * @internal
 */
export class TextOutput {
  readonly #stream: Writable;
  readonly #onFailed: (error: Error) => void;
  readonly #onDrain: () => void;
  #pending = 0;
  #failed = false;
  #released = false;
  #flushed: (() => void) | undefined;

  /**
   * @param stream where the text is written; it is left open
   * @param onFailed called once when a write fails or the stream breaks; not after `release`
   * @param onDrain called when the stream has room again after a `write` that returned false
   */
  constructor(stream: Writable, onFailed: (error: Error) => void, onDrain: () => void = ignore) {
    this.#stream = stream;
    this.#onFailed = onFailed;
    this.#onDrain = onDrain;
    stream.on('error', this.#fail);
    stream.on('drain', this.#drain);
    stream.on('close', this.#close);
  }

  /** Whether the stream has a backlog of writes. */
  get isBehind(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** Writes a text; returns false if the writer should wait for a 'drain' event. */
  write(text: string): boolean {
    if (this.#failed || this.#released) return true;
    this.#pending += 1;
    return this.#stream.write(text, (error) => {
      this.#pending -= 1;
      // For a write to a destroyed stream, this callback is the only report: no 'error' event is emitted.
      if (error !== null && error !== undefined) this.#fail(error);
      else if (this.#pending === 0) this.#settle();
    });
  }

  /**
   * Calls back when every write so far has finished, or at once if none is pending. Never after a failure or `release`.
   */
  whenFlushed(flushed: () => void): void {
    if (this.#failed || this.#released) return;
    if (this.#pending === 0) flushed();
    else this.#flushed = flushed;
  }

  /** Ends the stream, and calls back when it has finished. Never after a failure or `release`. */
  end(finished: () => void): void {
    this.#stream.end((error?: Error | null) => {
      if (error !== null && error !== undefined) this.#fail(error);
      else this.whenFlushed(finished);
    });
  }

  /** Removes the listeners. Pending writes still finish. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#flushed = undefined;
    this.#stream.off('drain', this.#drain);
    this.#stream.off('close', this.#close);
    // An 'error' event without a listener would end the process. A pending write may still fail, so keep a listener
    // until it has finished.
    this.#stream.on('error', ignore);
    this.#stream.off('error', this.#fail);
    if (this.#pending === 0) this.#settle();
  }

  #settle(): void {
    if (this.#released) {
      if (!this.#failed) this.#stream.off('error', ignore);
      return;
    }
    const flushed = this.#flushed;
    this.#flushed = undefined;
    flushed?.();
  }

  readonly #fail = (error: Error): void => {
    if (this.#failed) return;
    this.#failed = true;
    this.#flushed = undefined;
    if (!this.#released) this.#onFailed(error);
  };

  readonly #drain = (): void => {
    if (!this.#released) this.#onDrain();
  };

  /** If a stream is destroyed during a write, 'close' may be the only event. */
  readonly #close = (): void => {
    if (this.#pending > 0)
      this.#fail(this.#stream.errored ?? new Error('the stream was closed before everything was written'));
  };
}
