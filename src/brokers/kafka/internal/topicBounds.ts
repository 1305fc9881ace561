import type { Consumer } from '@platformatic/kafka';

/** The timestamps by which the protocol names the two bounds of a partition. */
const TIMESTAMPS = { first: -2n, end: -1n } as const;

/** The offset of the first message of each partition, or the offset after its last message, by partition. */
export const topicBounds = async (
  consumer: Consumer,
  topic: string,
  bound: keyof typeof TIMESTAMPS,
): Promise<readonly bigint[]> =>
  (await consumer.listOffsets({ topics: [topic], timestamp: TIMESTAMPS[bound] })).get(topic) ?? [];
