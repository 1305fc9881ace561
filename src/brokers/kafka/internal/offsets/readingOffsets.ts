import type { Admin, Consumer } from '@platformatic/kafka';
import type { WorkEvents } from '../../../WorkEvent.js';
import type { PartitionOffset } from './PartitionOffset.js';
import { topicBounds } from '../topicBounds.js';

/** What `readingOffsets` needs. */
export interface ReadingOptions {
  readonly admin: Admin;
  readonly consumer: Consumer;
  readonly group: string;
  readonly topic: string;
  readonly partitions: readonly number[];
  /** Whether the broker has refused to read at an offset, because there is no message at it or after it. */
  readonly isOutOfRange: boolean;
  readonly events: WorkEvents | undefined;
}

/**
 * The offset at which each partition is to be read: the committed one, or that of the first message if there is none.
 *
 * It waits for running transactions of other members, for example of one that died during a transaction: their offsets
 * are unknown until then (KIP-447).
 *
 * A partition whose committed offset is no longer in the topic is read from its first message, and an event says so.
 */
export const readingOffsets = async ({
  admin,
  consumer,
  group,
  topic,
  partitions,
  isOutOfRange,
  events,
}: ReadingOptions): Promise<readonly PartitionOffset[]> => {
  const [found] = await admin.listConsumerGroupOffsets({
    groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [...partitions] }] }],
    requireStable: true,
  });
  const committed = new Map(
    found?.topics.flatMap(({ partitions: ones }) =>
      ones.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset] as const),
    ),
  );
  const firsts = await topicBounds(consumer, topic, 'first');
  // The end alone does not show that an offset is out of range: a broker that has just become the leader may give a
  // lower end than its messages have.
  const ends = isOutOfRange ? await topicBounds(consumer, topic, 'end') : [];
  return partitions.map((partition) => {
    const offset = committed.get(partition) ?? -1n;
    const first = firsts[partition] ?? 0n;
    const end = ends[partition];
    if (offset < 0n) return { partition, offset: first };
    const lost = (messages: number, reason: string): PartitionOffset => {
      events?.next({ type: 'lost', id: `${topic}:${partition}`, messages, reason });
      return { partition, offset: first };
    };
    if (offset < first)
      return lost(
        Number(first - offset),
        `the messages of offsets ${offset} to ${first - 1n} were deleted from the topic before they were read`,
      );
    if (end !== undefined && offset > end)
      return lost(
        0,
        `offset ${offset} is committed, but the partition ends at ${end}, so it is read from its first message`,
      );
    return { partition, offset };
  });
};
