import type { Writable } from 'node:stream';
import { codeOf } from '../internal/codeOf.js';

/** Whether a write failed because the reader has closed the pipe (`headwater … | head -1`): an end, not a failure. */
export const isClosedPipe = (error: unknown, stream: Writable): boolean =>
  codeOf(error) === 'EPIPE' || codeOf(stream.errored) === 'EPIPE';

/** Ignores an error that comes after the writer has unsubscribed. */
const ignore = (): void => undefined;

/**
 * One sink's writes to a Node stream that may be others' too: it knows when its own are through, and owns up to their
 * failure.
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
   * @param stream where text goes; it is left open
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

  /** Whether the stream was behind with its writes when last asked for. */
  get isBehind(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** Writes a text; false when the stream asks to wait for its drain. */
  write(text: string): boolean {
    if (this.#failed || this.#released) return true;
    this.#pending += 1;
    return this.#stream.write(text, (error) => {
      this.#pending -= 1;
      // A stream that was destroyed tells so here and nowhere else: it emits no 'error' for a write that comes too
      // late.
      if (error !== null && error !== undefined) this.#fail(error);
      else if (this.#pending === 0) this.#settle();
    });
  }

  /**
   * Calls back once every write so far has been taken, at once when none is under way; never after a failure or
   * `release`.
   */
  whenFlushed(flushed: () => void): void {
    if (this.#failed || this.#released) return;
    if (this.#pending === 0) flushed();
    else this.#flushed = flushed;
  }

  /** Ends the stream, and calls back once it has finished; never after a failure or `release`. */
  end(finished: () => void): void {
    this.#stream.end((error?: Error | null) => {
      if (error !== null && error !== undefined) this.#fail(error);
      else this.whenFlushed(finished);
    });
  }

  /** Stops listening. What was written stays written. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#flushed = undefined;
    this.#stream.off('drain', this.#drain);
    this.#stream.off('close', this.#close);
    // Without any listener an 'error' would end the process, and a write under way may still fail: listen until it is
    // through.
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

  /** A stream that is destroyed with a write under way may say no more of it than this. */
  readonly #close = (): void => {
    if (this.#pending > 0)
      this.#fail(this.#stream.errored ?? new Error('the stream was closed before everything was written'));
  };
}
