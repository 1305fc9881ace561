import type { Message } from '@platformatic/kafka';
import { LONGEST_REASON, SHORT_BYTES } from '../../internal/deadLetterLimits.js';
import type { OutgoingMessage } from './messageGroups.js';
import type { TopicMessage } from './TopicMessage.js';

/** A message that was given up, and is to be stored with the reason and its place. */
export class DeadLetterMessage {
  /** How often the broker has refused it for its size. */
  #refusals = 0;

  constructor(
    readonly message: Message,
    readonly id: string,
    readonly reason: string,
    /** The topic for dead letters. */
    readonly to: string,
    /** The address of the message's topic. */
    readonly source: string,
  ) {}

  /**
   * The message to store. If the broker refuses it for its size, the next one has the first 16 KiB of the value, and
   * the one after that has neither key nor value. The refusal of that one is an error, because nothing is left to
   * shorten.
   */
  outgoing(): OutgoingMessage {
    const given: TopicMessage = this.message;
    const { key, value: bytes = Buffer.alloc(0) } = given;
    const kept = [bytes, bytes.subarray(0, SHORT_BYTES)][this.#refusals] ?? Buffer.alloc(0);
    return {
      topic: this.to,
      ...(key !== undefined && this.#refusals < 2 && { key }),
      value: kept,
      headers: {
        'headwater-reason': this.reason.slice(0, LONGEST_REASON),
        'headwater-id': this.id,
        'headwater-source': this.source,
        ...(kept.length < bytes.length && { 'headwater-bytes': String(bytes.length) }),
      },
      refused: (error) => {
        if (this.#refusals === 2) throw error;
        this.#refusals += 1;
      },
    };
  }
}
