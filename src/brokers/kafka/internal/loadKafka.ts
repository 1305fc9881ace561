import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** The first Node version that Kafka's client supports. */
const LEAST_MAJOR = 22;
const LEAST_MINOR = 22;

/** The module of Kafka's client. */
export type Kafka = Awaited<ReturnType<typeof loadKafka>>;

/**
 * Loads Kafka's client, which is optional.
 *
 * @throws HeadwaterError `HW_USAGE` if it is not installed, or does not support this Node version
 */
export const loadKafka = async (version = process.versions.node) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_MAJOR || (major === LEAST_MAJOR && minor < LEAST_MINOR))
    throw new HeadwaterError(
      'HW_USAGE',
      `Kafka's client needs Node ${LEAST_MAJOR}.${LEAST_MINOR} or later, and this is ${version}. ` +
        'Use a newer Node (npx node@24 …), or NATS JetStream, which works on any Node from 20.19.',
    );
  try {
    return await import('@platformatic/kafka');
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      'Kafka needs the package @platformatic/kafka, and it is not ' +
        'installed. Install it: npm install @platformatic/kafka',
      { cause },
    );
  }
};
