import { natsConnection } from '../../brokers/nats/natsConnection.js';
import type { KafkaClient } from '../../brokers/kafka/KafkaClient.js';
import type { ModelStore } from '../../brokers/models/ModelStore.js';
import type { ModelAddress } from './brokerAddress.js';
import type { BrokerOptions } from './brokerOptions.js';

/** What opens a connection to NATS, which comes back by itself, however long a server is away. */
export const natsAt = (servers: readonly string[], client: BrokerOptions) =>
  natsConnection({ maxReconnectAttempts: -1, ...client, servers: [...servers] });

/** How Kafka is reached. A broker that is away is tried again, for as long as an election of a new leader takes. */
export const kafkaAt = (servers: readonly string[], client: BrokerOptions): KafkaClient => ({
  retries: 20,
  retryDelay: 500,
  ...client,
  bootstrapBrokers: [...servers],
});

/**
 * The store that an address of a model names.
 *
 * @param settings how often it is kept where it is made; and the name whose only publisher this is
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
