import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * Loads a package of the NATS clients, which are optional.
 *
 * @param packages the packages to install, for the message
 * @throws HeadwaterError `HW_USAGE` if it is not installed
 */
export const needsNats = async <T>(
  load: () => Promise<T>,
  packages: readonly string[] = ['@nats-io/jetstream', '@nats-io/transport-node'],
): Promise<T> => {
  try {
    return await load();
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      `NATS JetStream needs the packages ${packages.join(' and ')}, and they are ` +
        `not installed. Install them: npm install ${packages.join(' ')}`,
      { cause },
    );
  }
};
