import type { Admin, Consumer } from '@platformatic/kafka';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { saysNoTopic } from './hasApiId.js';

/**
 * The error of the broker that says that there is no topic of this name; undefined if there is one.
 *
 * @throws the client's error if the broker does not say whether there is one
 */
export const noTopic = async (client: Admin | Consumer, topic: string): Promise<unknown> => {
  try {
    await client.metadata({ topics: [topic] });
    return undefined;
  } catch (error) {
    if (saysNoTopic(error)) return error;
    throw error;
  }
};

/**
 * Refuses a topic of dead letters that does not exist. Otherwise the first message that must be put aside would stop
 * its partition.
 *
 * @throws HeadwaterError `HW_BROKER`
 */
export const checkTopic = async (consumer: Consumer, topic: string): Promise<void> => {
  // Whatever else is wrong, such as a broker that is unavailable, is found when the group is joined.
  const cause = await noTopic(consumer, topic).catch(() => undefined);
  if (cause === undefined) return;
  throw new HeadwaterError(
    'HW_BROKER',
    `There is no topic ${topic} for dead letters. Create it, or name another topic.`,
    {
      cause,
      where: topic,
    },
  );
};
