import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { loadPackage } from '../../internal/loadPackage.js';

/** The first Node version that Kafka's client supports. */
const LEAST_MAJOR = 22;
const LEAST_MINOR = 22;

const importKafka = () => import('@platformatic/kafka');

/** The module of Kafka's client. */
export type Kafka = Awaited<ReturnType<typeof importKafka>>;

/** What is used of the client, as far as earlier versions did not have it. */
const NAMES = [
  'Admin',
  'Consumer',
  'Producer',
  'addPartitionsToTxnV3',
  'cooperativeStickyAssigner',
  'kGetApi',
  'kGetConnection',
  'FetchIsolationLevels',
  'MessagesStreamFallbackModes',
] as const satisfies readonly (keyof Kafka)[];

/**
 * Loads Kafka's client, which is optional.
 *
 * @throws HeadwaterError `HW_USAGE` if it is not installed, cannot be loaded, has another version, or does not support
 *   this Node version
 */
export const loadKafka = (version = process.versions.node, load = importKafka): Promise<Kafka> => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_MAJOR || (major === LEAST_MAJOR && minor < LEAST_MINOR))
    return Promise.reject(
      new HeadwaterError(
        'HW_USAGE',
        `Kafka's client needs Node ${LEAST_MAJOR}.${LEAST_MINOR} or later, and this is ${version}. ` +
          'Use a newer Node (npx node@24 …), or NATS JetStream, which works on any Node from 20.19.',
      ),
    );
  return loadPackage(load, { broker: 'Kafka', packages: ['@platformatic/kafka'] }, NAMES);
};
