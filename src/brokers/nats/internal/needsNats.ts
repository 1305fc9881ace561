import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * Loads a package of NATS's clients, which only those install who use them.
 *
 * @throws HeadwaterError `HW_USAGE` where it is not installed
 */
export const needsNats = async <T>(load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      'NATS JetStream needs the packages @nats-io/jetstream and @nats-io/transport-node, and they are not installed. Install them: npm install @nats-io/jetstream @nats-io/transport-node',
      { cause },
    );
  }
};
