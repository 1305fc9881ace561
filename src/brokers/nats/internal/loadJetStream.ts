import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** NATS JetStream's client, which only those install who use it. */
export const loadJetStream = async () => {
  try {
    return await import('@nats-io/jetstream');
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      'NATS JetStream needs the packages @nats-io/jetstream and @nats-io/transport-node, and they are not installed. Install them: npm install @nats-io/jetstream @nats-io/transport-node',
      { cause },
    );
  }
};
