import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { excerpt } from '../../internal/excerpt.js';
import { LineReader } from '../../bodies/LineReader.js';
import type { Reader } from '../../bodies/bytes/Reader.js';
import { NO_PLACE, type HeadlineDecoder, type RecordPlace } from './HeadlineDecoder.js';
import { recordsOf } from './recordsOf.js';

/** The types of events that keep a connection alive. Their data is a time or a word, and no headline. */
const KEEP_ALIVE: ReadonlySet<string> = new Set(['ping', 'heartbeat', 'keepalive', 'keep-alive', 'keep_alive']);

/** What to read from a stream of events, and who receives it. */
export interface EventReaderOptions {
  /** The name of the stream. */
  readonly source: string;
  /** The longest event, without comments. Bytes. */
  readonly maxEventBytes: number;
  /** The types of events to read; undefined for all but those that keep a connection alive. */
  readonly types: ReadonlySet<string> | undefined;
  readonly decoder: HeadlineDecoder;
  /** Receives the id of an event once all records of the event have been handled. */
  readonly passed: (id: string) => void;
  /** Receives the wait before a new connection that the server asks for, in milliseconds. */
  readonly retry: (ms: number) => void;
}

/**
 * Reads a stream of server-sent events, one headline at a time.
 *
 * `LineReader` splits the lines, so that the limit on an event is exact to the byte and does not depend on the chunks.
 * The parser interprets the lines. An event that is too long or not UTF-8 is rejected as a whole, and reading continues
 * after the blank line that ends it.
 */
export class EventReader implements Reader {
  readonly #options: EventReaderOptions;
  readonly #lines: LineReader;
  readonly #parser: EventSourceParser;
  #events = 0;
  /** Where the current event begins; undefined between events. */
  #place: RecordPlace | undefined;
  #bytes = 0;
  /** Whether the reader is inside the rest of a rejected event. */
  #skipping = false;
  /** The records of the current event that are still to be handled, in reverse order. */
  #waiting: string[] = [];
  /** The guid for the record of the current event; undefined if the event has several records. */
  #guid: string | undefined;
  /** The id of the current event. */
  #id: string | undefined;
  /** The id among the lines since the last blank line. It is not known yet whether these lines are an event. */
  #idLine: string | undefined;

  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#parser = createParser({ onEvent: (event) => this.#take(event), onRetry: options.retry });
    this.#lines = new LineReader(
      options.source,
      options.maxEventBytes,
      (text, id, byte) => this.#line(text, { line: id + 1, byte }),
      // A comment is ignored, however long it is.
      (rejection) => (rejection.got.startsWith(':') ? undefined : this.#refuse(rejection)),
    );
  }

  /** Whether an event was read completely. */
  get hasEvents(): boolean {
    return this.#events > 0;
  }

  get progress(): string {
    return `${this.#events} events`;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  finish(): void {
    // An event without a blank line at its end is incomplete, and a field without a line break may have been cut. So
    // `finish` does not pass the end on to the lines.
  }

  advance(): boolean {
    const record = this.#waiting.pop();
    if (record === undefined) return this.#lines.advance();
    this.#options.decoder.either(record, this.#place ?? NO_PLACE, this.#guid);
    if (this.#waiting.length === 0) this.#pass();
    return true;
  }

  #line(text: string, place: RecordPlace): void {
    // Comments only keep the connection alive.
    if (text.startsWith(':')) return;
    if (text === '') {
      this.#end();
      return;
    }
    if (this.#skipping) return;
    const id = /^id(?:: ?(.*))?$/su.exec(text);
    if (id !== null && !text.includes('\0')) this.#idLine = id[1] ?? '';
    this.#place ??= place;
    // The line break between two lines counts as one byte.
    this.#bytes += Buffer.byteLength(text) + (this.#bytes === 0 ? 0 : 1);
    const { maxEventBytes } = this.#options;
    if (this.#bytes > maxEventBytes) {
      const bytes = Buffer.from(text);
      this.#refuse({
        ...place,
        reason: 'oversize',
        expected: `at most ${maxEventBytes} bytes`,
        got: excerpt(bytes, 0, bytes.length),
      });
    } else {
      this.#parser.feed(`${text}\n`);
    }
  }

  /** Handles a blank line: the lines since the last one are an event if they have data. */
  #end(): void {
    this.#bytes = 0;
    if (this.#skipping) this.#parser.reset();
    else this.#parser.feed('\n');
    // Lines without data are not an event, but their id counts.
    if (this.#idLine !== undefined && !this.#skipping) this.#options.passed(this.#idLine);
    this.#idLine = undefined;
    this.#skipping = false;
    if (this.#waiting.length === 0) this.#place = undefined;
  }

  #take({ data, id, event = 'message' }: EventSourceMessage): void {
    this.#events++;
    this.#id = id;
    this.#idLine = undefined;
    if (this.#options.types?.has(event) ?? !KEEP_ALIVE.has(event.toLowerCase()))
      this.#waiting = recordsOf(data).toReversed();
    this.#guid = this.#waiting.length === 1 && id !== '' ? id : undefined;
    if (this.#waiting.length === 0) this.#pass();
  }

  /** The event has been handled, so the server need not send it again. */
  #pass(): void {
    this.#place = undefined;
    if (this.#id !== undefined) this.#options.passed(this.#id);
    this.#id = undefined;
  }

  /** Rejects the current event, at most once. */
  #refuse({
    reason,
    line,
    byte,
    expected,
    got,
  }: Pick<Rejection, 'reason' | 'line' | 'byte' | 'expected' | 'got'>): void {
    if (this.#skipping) return;
    this.#skipping = true;
    this.#options.decoder.reject({ reason, ...(this.#place ?? { line, byte }), expected, got });
  }
}
