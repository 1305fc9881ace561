import type { Message } from '@platformatic/kafka';
import type { DeadLetterMessage } from '../DeadLetterMessage.js';
import { OffsetTracker } from './OffsetTracker.js';

/**
 * The time for which a member reads a partition without a break, and the offsets in it.
 *
 * It is over when the partition goes to another member, or is to be read again from its last commit. What is then still
 * unsettled is delivered again in another tenure, here or there.
 */
export class Tenure {
  readonly partition: number;
  readonly #tracker = new OffsetTracker<DeadLetterMessage>();
  #next: bigint | undefined;
  #committed = -1n;
  #inFlight = 0;
  #isOver = false;
  /** The first offset that is not committed, as far as is known, also from the tenure before. */
  #open: bigint | undefined;

  /** @param before the earlier tenure, if this member has had the partition until now */
  constructor(partition: number, before?: Tenure) {
    this.partition = partition;
    this.#open = before?.open;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The offset that is to be read next; undefined as long as it has not been looked up. */
  get next(): bigint | undefined {
    return this.#next;
  }

  /** The first offset that is not committed, as far as this member knows. */
  get open(): bigint | undefined {
    return this.#open;
  }

  /** The number of messages that are not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  end(): void {
    this.#isOver = true;
  }

  /** Sets the offset at which reading begins. */
  begin(offset: bigint): void {
    this.#next = offset;
    this.#open = offset;
  }

  /**
   * Whether a message was taken before. The client passes messages on twice if two leaders of a partition answer: see
   * `inOrder`.
   */
  hasTaken(offset: bigint): boolean {
    return this.#next !== undefined && offset < this.#next;
  }

  take(offset: bigint): void {
    this.#next = offset + 1n;
    this.#inFlight += 1;
    this.#tracker.take(offset);
  }

  settle(offset: bigint): void {
    this.#inFlight -= 1;
    this.#tracker.settle(offset);
  }

  /** Keeps a dead letter until its message is settled. */
  giveUp(letter: DeadLetterMessage): void {
    this.#tracker.giveUp(letter.message.offset, letter);
  }

  /** The dead letters of earlier messages that are not stored. */
  lettersBefore(offset: bigint): readonly DeadLetterMessage[] {
    return this.#tracker.lettersBefore(offset);
  }

  /** The dead letters before which all messages are settled. */
  get firstLetters(): readonly DeadLetterMessage[] {
    return this.#tracker.firstLetters;
  }

  /** The first message that is not settled, has no dead letter, and is not among these. */
  firstOpen(among: ReadonlySet<bigint>): bigint | undefined {
    return this.#tracker.firstOpen(among);
  }

  /** The offset that can be committed; undefined if there is none above the committed one. */
  get uncommitted(): bigint | undefined {
    const { next } = this.#tracker;
    return next === undefined || next <= this.#committed ? undefined : next;
  }

  /** Notes a committed offset. A lower one than before is ignored. */
  commit(offset: bigint): void {
    if (offset <= this.#committed) return;
    this.#committed = offset;
    this.#open = offset;
  }

  /** The message whose offset a commit names: this one, or a later one if the committed offset is above it. */
  lastOf(message: Message): Message {
    return this.#committed > message.offset ? { ...message, offset: this.#committed - 1n } : message;
  }
}
