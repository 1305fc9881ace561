import { checkOptions, checkTypes, isNumber, optionText } from '../contracts/checkOption.js';
import type { Writable } from 'node:stream';
import { Observable, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { messageOf } from '../contracts/messageOf.js';
import type { Valve } from '../contracts/flow/Valve.js';
import { subscribeSink } from './internal/subscribeSink.js';
import { jsonLine } from './jsonLine.js';
import { isClosedPipe, TextOutput } from './terminal/TextOutput.js';

/** Options of `jsonLines`. */
export interface JsonLinesOptions {
  /**
   * Closed (held) while the stream is behind, so that the source pauses. Default: none, and values that the stream
   * cannot write yet are queued in it.
   */
  readonly valve?: Valve | undefined;
  /**
   * The most bytes that may be queued in the stream. Exceeding it is an error, because the queue would grow without
   * bound. Default 64 MiB.
   */
  readonly limit?: number | undefined;
  /**
   * Whether the stream belongs to the sink, as a file does. If true, it is ended when the source completes, fails or is
   * unsubscribed from, and the sink completes only after the stream has finished. Default false, as for
   * `process.stdout`.
   */
  readonly end?: boolean | undefined;
}

/**
 * Writes each value as one line of JSON to a Node stream.
 *
 * A writing sink: it emits nothing, and completes once everything is written.
 *
 * ```marbles drawn
 * source:  --a--b--c--|
 *          jsonLines(stream)
 * stream:  --A--B--C----      each a line
 * result:  -------------|     when the stream has taken them
 * ```
 *
 * - Slow stream: when a `write` returns false, the valve is held until the next 'drain' event. At most the stream's own
 *   `writableHighWaterMark` is queued, plus what the source still sends after the valve closed (one source chunk and
 *   the buffers of the operators between), plus one line; never more than `limit`.
 * - A reader that closes its pipe (EPIPE) is not an error: the sink unsubscribes from its source and completes.
 * - An error of the source is passed on after the lines before it are written. On unsubscribing, the valve is released
 *   at once; lines that the stream has accepted are still written.
 * - Errors: `HW_WRITE` if the stream fails; `HW_OVERFLOW` if more than `limit` is queued in it; `HW_USAGE` for a value
 *   that JSON cannot represent (see `jsonLine` for how values are written).
 *
 * @param stream any `Writable`: a file, `process.stdout`, a socket
 * @throws HeadwaterError `HW_USAGE` at once if `limit` is not a positive number
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { of } from 'rxjs';
 * import { jsonLines } from 'headwater';
 * const output = new PassThrough();
 * of({ type: 'row', id: 0 }, { type: 'row', id: 1 }).pipe(jsonLines(output)).subscribe();
 * output.read().toString(); // '{"type":"row","id":0}\n{"type":"row","id":1}\n'
 * ```
 */
export const jsonLines = (stream: Writable, options: JsonLinesOptions = {}): OperatorFunction<unknown, never> => {
  checkOptions('jsonLines', options, 'stream, { end: true }');
  const { valve, limit = 64 * 1024 * 1024, end = false } = options;
  if (!(isNumber(limit) && limit > 0))
    throw new HeadwaterError(
      'HW_USAGE',
      `jsonLines() was given limit ${optionText(limit)}: give the most bytes that may wait in the stream, above 0.`,
    );
  checkTypes('jsonLines', { end }, { end: 'boolean' });
  return (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      let release: (() => void) | undefined;
      const open = (): void => {
        const released = release;
        // Cleared before the valve opens: the source may emit during the call and fill the stream, so that the valve
        // must be held again.
        release = undefined;
        released?.();
      };
      const failed = (cause: Error): void => {
        if (isClosedPipe(cause, stream)) subscriber.complete();
        else
          subscriber.error(
            new HeadwaterError(
              'HW_WRITE',
              `JSON lines could not be written: ${messageOf(cause)}. ` +
                'Check that the output is still there and has room.',
              { cause },
            ),
          );
      };
      const output = new TextOutput(stream, failed, open);
      const finish = (done: () => void): void => {
        if (end) output.end(done);
        else output.whenFlushed(done);
      };
      subscriber.add(() => {
        open();
        output.release();
        if (!end) return;
        // Opening or the last write may still fail when there is no subscriber to report it to. An unhandled 'error'
        // event would end the process.
        stream.on('error', () => undefined);
        // Only this sink closes the file. However the stream ended, the lines written so far are kept and the file
        // handle is closed.
        if (!stream.writableEnded) stream.end();
      });
      follow(source, {
        next: (value) => {
          const room = output.write(`${jsonLine(value)}\n`);
          if (stream.writableLength > limit) {
            throw new HeadwaterError(
              'HW_OVERFLOW',
              `The output of JSON lines is ${stream.writableLength} bytes behind, more than the limit of ` +
                `${limit}. Give jsonLines() the valve that the source honours, or raise limit.`,
            );
          }
          if (!room && valve !== undefined && !subscriber.closed) release ??= valve.hold('jsonLines');
        },
        error: (error) => finish(() => subscriber.error(error)),
        complete: () => finish(() => subscriber.complete()),
      });
    });
};
