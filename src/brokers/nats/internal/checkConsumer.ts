import type { ConsumerConfig } from '@nats-io/jetstream';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { LEAST_REQUEST_MS, milliseconds } from './consumerLimits.js';

/** Why workers cannot share a consumer; undefined if they can. */
const problemOf = (
  {
    ack_policy: acknowledges,
    deliver_subject: pushes,
    max_deliver: deliveries = -1,
    headers_only: isBare = false,
    max_expires: expires = 0,
  }: ConsumerConfig,
  maxAttempts: number,
): string | undefined => {
  if (pushes !== undefined && pushes !== '') return 'it pushes its messages to a subject, and workers must fetch them';
  if (isBare) return 'it delivers messages without their content (headers_only)';
  if (acknowledges !== 'explicit')
    return `its ack_policy is ${acknowledges}, and must be explicit: otherwise headlines could be lost`;
  if (deliveries > 0 && deliveries <= maxAttempts)
    return (
      `it drops a message after ${deliveries} deliveries (max_deliver), before it becomes a dead letter. ` +
      `Set max_deliver to -1 or to more than ${maxAttempts}`
    );
  if (expires > 0 && milliseconds(expires) < LEAST_REQUEST_MS)
    return `it ends requests after ${milliseconds(expires)} ms (max_expires), and must allow at least a second`;
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
