import type { Consumer } from '@platformatic/kafka';
import type { WorkEvents } from '../../WorkEvent.js';
import type { Tenures } from './offsets/Tenures.js';
import { topicBounds } from './topicBounds.js';

/** Reports the number of uncommitted messages in the partitions of a member. */
export const tellLag = async (
  consumer: Consumer,
  topic: string,
  tenures: Tenures,
  events: WorkEvents | undefined,
): Promise<void> => {
  if (events === undefined) return;
  try {
    const ends = await topicBounds(consumer, topic, 'end');
    events.next({ type: 'lag', messages: tenures.lag(ends), of: 'worker' });
  } catch {
    // The broker is unavailable, which is reported elsewhere.
  }
};
