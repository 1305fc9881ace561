import { OffsetTracker } from './OffsetTracker.js';

/** A partition and an offset of it. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: bigint;
}

/** The offsets of the partitions of one member: where reading began, what is settled, and what is committed. */
export class PartitionOffsets {
  #trackers = new Map<number, OffsetTracker>();
  /** The committed offsets by partition, as far as this member knows. */
  #committed = new Map<number, bigint>();
  /** The first offset that was read, by partition. */
  #begun = new Map<number, bigint>();

  /** Takes these partitions instead of all earlier ones. Nothing of them is settled or known to be committed. */
  assign(partitions: readonly number[]): void {
    this.#trackers = new Map(partitions.map((partition) => [partition, new OffsetTracker()]));
    this.#committed = new Map();
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

  /** The offsets that can be committed: of each partition whose settled offset is above the committed one. */
  get uncommitted(): readonly PartitionOffset[] {
    return [...this.#trackers].flatMap(([partition, { next }]) =>
      next === undefined || next <= (this.#committed.get(partition) ?? -1n) ? [] : [{ partition, offset: next }],
    );
  }

  /** Notes a committed offset: the offset after the last committed message. */
  commit({ partition, offset }: PartitionOffset): void {
    this.#committed.set(partition, offset);
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
