import type { JetStreamClient } from '@nats-io/jetstream';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { type ElectionOptions, whileElecting } from './whileElecting.js';

/**
 * Refuses a subject without a stream. Otherwise its messages would fail one by one: valid headlines would be given up,
 * and dead letters would be delivered again and again.
 *
 * @throws HeadwaterError `HW_BROKER`
 */
export const checkSubject = async (js: JetStreamClient, subject: string, election: ElectionOptions): Promise<void> => {
  try {
    await whileElecting(async () => (await js.jetstreamManager()).streams.find(subject), election);
  } catch (cause) {
    throw new HeadwaterError(
      'HW_BROKER',
      `No JetStream stream takes the subject ${subject.slice(0, 200)}: ` +
        `${reasonOf(cause)}. Make a stream that lists it, or name another subject.`,
      { cause },
    );
  }
};
