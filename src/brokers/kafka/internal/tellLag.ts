import type { Consumer } from '@platformatic/kafka';
import type { WorkEvents } from '../../WorkEvent.js';
import type { PartitionOffsets } from './offsets/PartitionOffsets.js';
import { topicBounds } from './topicBounds.js';

/** Reports the number of uncommitted messages in the partitions of a member. */
export const tellLag = async (
  consumer: Consumer,
  topic: string,
  offsets: PartitionOffsets,
  events: WorkEvents | undefined,
): Promise<void> => {
  if (events === undefined) return;
  try {
    const ends = await topicBounds(consumer, topic, 'end');
    events.next({ type: 'lag', messages: offsets.lag(ends), of: 'worker' });
  } catch {
    // The broker is unavailable, which is reported elsewhere.
  }
};
