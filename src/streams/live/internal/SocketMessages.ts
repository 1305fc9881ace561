import { isUtf8 } from 'node:buffer';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../internal/excerpt.js';
import { NO_PLACE, type HeadlineDecoder } from './HeadlineDecoder.js';
import { recordsOf } from './recordsOf.js';

/** Limits on messages. */
export interface MessageLimits {
  /** The longest message. Bytes. */
  readonly maxMessageBytes: number;
  /** The largest total size of waiting messages. Bytes. */
  readonly maxWaitingBytes: number;
}

/** A waiting message: its text, or why it is rejected. */
type Waiting =
  | { readonly bytes: number; readonly text: string }
  | {
      readonly bytes: number;
      readonly reason: 'oversize' | 'encoding';
      readonly expected: string;
      readonly got: string;
    };

/** The queue of the messages that a connection has received and that are not handled yet. */
export class SocketMessages {
  readonly #source: string;
  readonly #limits: MessageLimits;
  readonly #decoder: HeadlineDecoder;
  /** In the order of arrival. Messages before `#first` are already handled. */
  #messages: Waiting[] = [];
  #first = 0;
  #bytes = 0;
  /** The remaining records of the current message, in reverse order. */
  #records: string[] = [];
  #taken = 0;

  constructor(source: string, limits: MessageLimits, decoder: HeadlineDecoder) {
    this.#source = source;
    this.#limits = limits;
    this.#decoder = decoder;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0 && this.#first === this.#messages.length;
  }

  /** Whether a message has arrived. */
  get hasTaken(): boolean {
    return this.#taken > 0;
  }

  /** The number of messages so far, in words. */
  get progress(): string {
    return `${this.#taken} messages`;
  }

  /**
   * Adds a message to the queue.
   *
   * @throws HeadwaterError `HW_OVERFLOW` if more than `maxWaitingBytes` wait
   */
  push(data: string | ArrayBuffer): void {
    this.#taken++;
    const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
    const message = this.#read(bytes);
    this.#messages.push(message);
    this.#bytes += message.bytes;
    const { maxWaitingBytes } = this.#limits;
    if (this.#bytes > maxWaitingBytes) {
      throw new HeadwaterError(
        'HW_OVERFLOW',
        `${this.#source} sends faster than its headlines are taken: more than ${maxWaitingBytes} ` +
          'bytes wait. Take them faster, shed some, or allow more by maxWaitingBytes.',
        {
          where: this.#source,
        },
      );
    }
  }

  /** Handles the next record or message. Returns false if there is none. */
  advance(): boolean {
    const record = this.#records.pop();
    if (record !== undefined) {
      this.#decoder.either(record, NO_PLACE);
      return true;
    }
    const message = this.#messages[this.#first];
    if (message === undefined) return false;
    this.#first++;
    this.#bytes -= message.bytes;
    if (this.#first === this.#messages.length) {
      this.#messages = [];
      this.#first = 0;
    }
    if ('text' in message) this.#records = recordsOf(message.text).toReversed();
    else this.#decoder.reject({ ...NO_PLACE, reason: message.reason, expected: message.expected, got: message.got });
    return true;
  }

  #read(bytes: Buffer): Waiting {
    const { length } = bytes;
    const { maxMessageBytes } = this.#limits;
    if (length > maxMessageBytes)
      return {
        bytes: 0,
        reason: 'oversize',
        expected: `at most ${maxMessageBytes} bytes`,
        got: excerpt(bytes, 0, length),
      };
    if (!isUtf8(bytes)) return { bytes: 0, reason: 'encoding', expected: 'UTF-8', got: excerpt(bytes, 0, length) };
    return { bytes: length, text: bytes.toString() };
  }
}
