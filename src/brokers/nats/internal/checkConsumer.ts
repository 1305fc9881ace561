import type { ConsumerConfig } from '@nats-io/jetstream';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** Why workers cannot share a consumer; undefined if they can. */
const problemOf = (
  { ack_policy: acknowledges, deliver_subject: pushes, max_deliver: deliveries = -1 }: ConsumerConfig,
  maxAttempts: number,
): string | undefined => {
  if (pushes !== undefined && pushes !== '') return 'it pushes its messages to a subject, and workers must fetch them';
  if (acknowledges !== 'explicit')
    return `its ack_policy is ${acknowledges}, and must be explicit: otherwise headlines could be lost`;
  if (deliveries > 0 && deliveries <= maxAttempts)
    return (
      `it drops a message after ${deliveries} deliveries (max_deliver), before it becomes a dead letter. ` +
      `Set max_deliver to -1 or to more than ${maxAttempts}`
    );
  return undefined;
};

/**
 * Checks a consumer that somebody else may have made or changed.
 *
 * @throws HeadwaterError `HW_BROKER` if workers cannot share it, or would lose headlines
 */
export const checkConsumer = (
  config: ConsumerConfig,
  place: { readonly stream: string; readonly group: string },
  maxAttempts: number,
): void => {
  const problem = problemOf(config, maxAttempts);
  if (problem !== undefined)
    throw new HeadwaterError(
      'HW_BROKER',
      `The consumer ${place.group} of the stream ${place.stream} cannot be used: ${problem}. ` +
        'Change the consumer, delete it, or choose another group.',
      { where: place.stream },
    );
};
