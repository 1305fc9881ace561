import type { Message } from '@platformatic/kafka';
import type { DeadLetterMessage } from '../DeadLetterMessage.js';
import { OffsetTracker } from './OffsetTracker.js';

/** A partition and an offset of it. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: bigint;
}

/** The offsets of the partitions of one member: where reading began, what is settled, and what is committed. */
export class PartitionOffsets {
  #trackers = new Map<number, OffsetTracker<DeadLetterMessage>>();
  /** The committed offsets by partition, as far as this member knows. */
  #committed = new Map<number, bigint>();
  /** The first offset that was read, by partition. */
  #begun = new Map<number, bigint>();

  /** Takes these partitions instead of all earlier ones. Nothing of them is settled or known to be committed. */
  assign(partitions: readonly number[]): void {
    this.#trackers = new Map(partitions.map((partition) => [partition, new OffsetTracker()]));
    this.#committed = new Map();
    this.#begun = new Map(partitions.flatMap((partition) => this.#beginOf(partition)));
  }

  #beginOf(partition: number): readonly [number, bigint][] {
    const offset = this.#begun.get(partition);
    return offset === undefined ? [] : [[partition, offset]];
  }

  /** Sets the offsets at which reading begins. */
  begin(offsets: readonly PartitionOffset[]): void {
    this.#begun = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
  }

  take({ partition, offset }: PartitionOffset): void {
    this.#trackers.get(partition)?.take(offset);
  }

  settle({ partition, offset }: PartitionOffset): void {
    this.#trackers.get(partition)?.settle(offset);
  }

  /** Keeps a dead letter until its message is settled. */
  giveUp(letter: DeadLetterMessage): void {
    this.#trackers.get(letter.message.partition)?.giveUp(letter.message.offset, letter);
  }

  /** The dead letters of earlier messages of the partition that are not stored. */
  lettersBefore({ partition, offset }: PartitionOffset): readonly DeadLetterMessage[] {
    return this.#trackers.get(partition)?.lettersBefore(offset) ?? [];
  }

  /** The dead letters before which all messages of their partition are settled, by partition. */
  get firstLetters(): readonly (readonly DeadLetterMessage[])[] {
    return [...this.#trackers.values()].map(({ firstLetters }) => firstLetters).filter(({ length }) => length > 0);
  }

  /** The first message of a partition that is not settled, has no dead letter, and is not among these. */
  firstOpen(partition: number, among: ReadonlySet<bigint>): bigint | undefined {
    return this.#trackers.get(partition)?.firstOpen(among);
  }

  /** The offsets that can be committed: of each partition whose settled offset is above the committed one. */
  get uncommitted(): readonly PartitionOffset[] {
    return [...this.#trackers].flatMap(([partition, { next }]) =>
      next === undefined || next <= this.committed(partition) ? [] : [{ partition, offset: next }],
    );
  }

  /** The committed offset of a partition: the offset after the last committed message. -1 if unknown. */
  committed(partition: number): bigint {
    return this.#committed.get(partition) ?? -1n;
  }

  /** Notes a committed offset. A lower one than before is ignored. */
  commit({ partition, offset }: PartitionOffset): void {
    if (offset > this.committed(partition)) this.#committed.set(partition, offset);
  }

  /** The message whose offset a commit names: this one, or a later one if the committed offset is above it. */
  lastOf(message: Message): Message {
    const committed = this.committed(message.partition);
    return committed > message.offset ? { ...message, offset: committed - 1n } : message;
  }

  /**
   * The number of uncommitted messages.
   *
   * @param ends the offset after the last message of each partition, by partition
   */
  lag(ends: readonly bigint[]): number {
    return [...this.#begun].reduce((sum, [partition, begin]) => {
      const done = this.#committed.get(partition) ?? begin;
      return sum + Number((ends[partition] ?? done) - done);
    }, 0);
  }
}
