import { natsConnection } from '../../brokers/nats/natsConnection.js';
import { needsNats } from '../../brokers/nats/internal/needsNats.js';
import type { KafkaClient } from '../../brokers/kafka/KafkaClient.js';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import type { ModelAddress } from './brokerAddress.js';
import type { BrokerOptions } from './brokerOptions.js';

/**
 * Makes the function that connects to NATS. The connection is restored automatically, however long a server is
 * unavailable. The content of a credentials file (`creds`) or of an nkey file (`nkey`) becomes the client's
 * authenticator.
 */
export const natsAt = (servers: readonly string[], options: BrokerOptions) => async () => {
  const { creds, nkey, ...client } = options.of({ kind: 'nats', servers });
  const { credsAuthenticator, nkeyAuthenticator } = await needsNats(
    () => import('@nats-io/transport-node'),
    ['credsAuthenticator', 'nkeyAuthenticator'],
  );
  const bytes = (text: string) => new TextEncoder().encode(text.trim());
  const authenticator =
    typeof creds === 'string'
      ? { authenticator: credsAuthenticator(bytes(creds)) }
      : typeof nkey === 'string'
        ? { authenticator: nkeyAuthenticator(bytes(nkey)) }
        : {};
  return natsConnection({ maxReconnectAttempts: -1, ...client, ...authenticator, servers: [...servers] })();
};

/**
 * The connection settings for Kafka. An unavailable broker is retried for as long as the election of a new leader
 * takes.
 */
export const kafkaAt = (servers: readonly string[], options: BrokerOptions): KafkaClient => ({
  retries: 20,
  retryDelay: 500,
  ...options.of({ kind: 'kafka', servers }),
  bootstrapBrokers: [...servers],
});

/**
 * Opens the model store of an address.
 *
 * @param settings the replication of the store if it is created; and the name for which this is the only publisher
 */
export const openModels = async (
  { kind, servers, place }: ModelAddress,
  client: BrokerOptions,
  settings: { readonly replicas?: number | undefined; readonly soleFor?: string | undefined } = {},
): Promise<ModelStore> => {
  if (kind === 'nats') {
    const { jetStreamModels } = await import('../../brokers/nats/jetStreamModels.js');
    return jetStreamModels({ connection: natsAt(servers, client), bucket: place, replicas: settings.replicas });
  }
  const { kafkaModels } = await import('../../brokers/kafka/kafkaModels.js');
  return kafkaModels({ client: kafkaAt(servers, client), topic: place, ...settings });
};
