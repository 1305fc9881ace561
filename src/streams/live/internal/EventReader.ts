import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { excerpt } from '../../internal/excerpt.js';
import { LineReader } from '../../bodies/LineReader.js';
import type { Reader } from '../../bodies/bytes/Reader.js';
import { NO_PLACE, type HeadlineDecoder, type RecordPlace } from './HeadlineDecoder.js';
import { recordsOf } from './recordsOf.js';

/** What is read of a stream of events. */
export interface EventReaderOptions {
  /** What the stream is called. */
  readonly source: string;
  /** The longest event, its comments not counted. Bytes. */
  readonly maxEventBytes: number;
  /** The types of events that are taken; undefined takes all. */
  readonly types: ReadonlySet<string> | undefined;
  readonly intake: HeadlineDecoder;
  /** Takes the id of an event once all that the event holds has been handed on. */
  readonly passed: (id: string) => void;
  /** Takes the time that the server asks to be left alone before a new connection. */
  readonly retry: (ms: number) => void;
}

/**
 * Reads a stream of server-sent events, a headline at a time.
 *
 * `LineReader` cuts the lines, so that the bound on an event is exact to the byte however the stream was cut; what they
 * mean is the parser's business. An event that is too long or not UTF-8 is rejected as a whole, and reading goes on
 * after the blank line that ends it.
 */
export class EventReader implements Reader {
  readonly #options: EventReaderOptions;
  readonly #lines: LineReader;
  readonly #parser: EventSourceParser;
  #events = 0;
  /** Where the present event begins; undefined between events. */
  #place: RecordPlace | undefined;
  #bytes = 0;
  /** Inside the rest of an event that was rejected. */
  #skipping = false;
  /** What the event that has come holds and was not handed on yet, in reverse. */
  #waiting: string[] = [];
  /** What the headline in it is known by; several in one event have none. */
  #guid: string | undefined;
  /** The event's id. */
  #id: string | undefined;
  /** The id among the lines since the last blank one, of which it is not known yet whether they are an event. */
  #idLine: string | undefined;

  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#parser = createParser({ onEvent: (event) => this.#take(event), onRetry: options.retry });
    this.#lines = new LineReader(
      options.source,
      options.maxEventBytes,
      (text, id, byte) => this.#line(text, { line: id + 1, byte }),
      // A comment says nothing, however long it is.
      (rejection) => (rejection.got.startsWith(':') ? undefined : this.#refuse(rejection)),
    );
  }

  get progress(): string {
    return `${this.#events} events`;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  finish(): void {
    // An event that no blank line ended is none, and a field that no line break ended may have been cut: the lines are
    // not told of the end.
  }

  advance(): boolean {
    const record = this.#waiting.pop();
    if (record === undefined) return this.#lines.advance();
    this.#options.intake.either(record, this.#place ?? NO_PLACE, this.#guid);
    if (this.#waiting.length === 0) this.#pass();
    return true;
  }

  #line(text: string, place: RecordPlace): void {
    // Comments keep the connection alive, and say nothing.
    if (text.startsWith(':')) return;
    if (text === '') {
      this.#end();
      return;
    }
    if (this.#skipping) return;
    const id = /^id(?:: ?(.*))?$/su.exec(text);
    if (id !== null && !text.includes('\0')) this.#idLine = id[1] ?? '';
    this.#place ??= place;
    // A line break between two lines counts.
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

  /** A blank line: what came since the last one is an event, if it has data. */
  #end(): void {
    this.#bytes = 0;
    if (this.#skipping) this.#parser.reset();
    else this.#parser.feed('\n');
    // Without data it is no event, but its id counts all the same.
    if (this.#idLine !== undefined && !this.#skipping) this.#options.passed(this.#idLine);
    this.#idLine = undefined;
    this.#skipping = false;
    if (this.#waiting.length === 0) this.#place = undefined;
  }

  #take({ data, id, event = 'message' }: EventSourceMessage): void {
    this.#events++;
    this.#id = id;
    this.#idLine = undefined;
    if (this.#options.types?.has(event) !== false) this.#waiting = recordsOf(data).toReversed();
    this.#guid = this.#waiting.length === 1 && id !== '' ? id : undefined;
    if (this.#waiting.length === 0) this.#pass();
  }

  /** The event is done with: the server need not send it again. */
  #pass(): void {
    this.#place = undefined;
    if (this.#id !== undefined) this.#options.passed(this.#id);
    this.#id = undefined;
  }

  /** Rejects the present event, once. */
  #refuse({
    reason,
    line,
    byte,
    expected,
    got,
  }: Pick<Rejection, 'reason' | 'line' | 'byte' | 'expected' | 'got'>): void {
    if (this.#skipping) return;
    this.#skipping = true;
    this.#options.intake.reject({ reason, ...(this.#place ?? { line, byte }), expected, got });
  }
}
