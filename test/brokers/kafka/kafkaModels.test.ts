import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe } from 'vitest';
import { kafkaModels } from '../../../src/brokers/kafka/kafkaModels.js';
import { workFolder } from '../../cli/headwater.js';
import { trainTiny } from '../../cli/tiny.js';
import { checksLearner } from '../learnerChecks.js';
import { checksModelStore } from '../modelStoreChecks.js';
import { waitPatiently } from '../patience.js';
import { type KafkaServers, noKafka, startKafka } from './kafkaServer.js';

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

const cwd = workFolder();

describe.skipIf(noKafka !== undefined)('models in Kafka', () => {
  waitPatiently();
  let servers: KafkaServers;
  const client = () => ({ bootstrapBrokers: [...servers.brokers], retries: 100, retryDelay: 200 });
  const open = () => kafkaModels({ client: client(), topic: 'models' });

  beforeAll(async () => {
    [servers] = await Promise.all([startKafka(), trainTiny(cwd)]);
    const admin = new Admin({ ...client(), clientId: 'test' });
    await admin.createTopics({ topics: ['labels'], partitions: 1, replicas: 1 });
    await admin.close();
  });
  afterAll(() => servers.stop());

  checksModelStore(open);

  checksLearner({
    cwd,
    labels: () => `kafka://${servers.brokers.join(',')}/labels`,
    models: (name) => `kafka://${servers.brokers.join(',')}/models/${name}`,
    open,
    publish: async (values) => {
      const serializers = stringSerializers;
      const producer = new Producer({ ...client(), clientId: 'test', idempotent: true, serializers });
      await producer.send({ messages: values.map((value) => ({ topic: 'labels', value })) });
      await producer.close(true);
    },
  });
});
