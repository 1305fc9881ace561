import type { PartitionOffset } from './PartitionOffset.js';
import type { DeadLetterMessage } from '../DeadLetterMessage.js';
import { Tenure } from './Tenure.js';

/** The partitions that a member has now. */
export class Tenures {
  #current = new Map<number, Tenure>();

  /**
   * Takes these partitions instead of the earlier ones. Those that were there before go on; the others are over.
   *
   * @returns the new ones
   */
  assign(partitions: readonly number[]): readonly Tenure[] {
    const before = this.#current;
    this.#current = new Map(partitions.map((partition) => [partition, before.get(partition) ?? new Tenure(partition)]));
    for (const [partition, tenure] of before) if (!this.#current.has(partition)) tenure.end();
    return [...this.#current.values()].filter((tenure) => tenure !== before.get(tenure.partition));
  }

  /** Ends tenures, and begins new ones of the same partitions. */
  renew(tenures: readonly Tenure[]): readonly Tenure[] {
    return tenures.flatMap((tenure) => {
      if (tenure.isOver) return [];
      tenure.end();
      const renewed = new Tenure(tenure.partition, tenure);
      this.#current.set(tenure.partition, renewed);
      return [renewed];
    });
  }

  get all(): readonly Tenure[] {
    return [...this.#current.values()];
  }

  /** The offsets that are to be read next, of the partitions for which they are known. */
  get positions(): readonly (PartitionOffset & { readonly tenure: Tenure })[] {
    return this.all.flatMap((tenure) =>
      tenure.next === undefined ? [] : [{ partition: tenure.partition, offset: tenure.next, tenure }],
    );
  }

  /** The number of messages that are not settled. */
  get inFlight(): number {
    let sum = 0;
    for (const { inFlight } of this.#current.values()) sum += inFlight;
    return sum;
  }

  /** The dead letters before which all messages of their partition are settled, by partition. */
  get firstLetters(): readonly (readonly [Tenure, readonly DeadLetterMessage[]])[] {
    return this.all.map((tenure) => [tenure, tenure.firstLetters] as const).filter(([, letters]) => letters.length > 0);
  }

  /**
   * The number of uncommitted messages.
   *
   * @param ends the offset after the last message of each partition, by partition
   */
  lag(ends: readonly bigint[]): number {
    return this.all.reduce(
      (sum, { partition, open }) => sum + (open === undefined ? 0 : Number((ends[partition] ?? open) - open)),
      0,
    );
  }
}
