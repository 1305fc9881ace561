import type { Consumer } from '@platformatic/kafka';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { saysNoTopic } from './hasApiId.js';

/**
 * Refuses a topic of dead letters that does not exist. Otherwise the first message that must be put aside would stop
 * its partition.
 *
 * @throws HeadwaterError `HW_BROKER`
 */
export const checkTopic = async (consumer: Consumer, topic: string): Promise<void> => {
  try {
    await consumer.metadata({ topics: [topic] });
  } catch (cause) {
    // Whatever else is wrong, such as a broker that is unavailable, is found when the group is joined.
    if (!saysNoTopic(cause)) return;
    throw new HeadwaterError(
      'HW_BROKER',
      `There is no topic ${topic} for dead letters. Create it, or name another topic.`,
      { cause, where: topic },
    );
  }
};
