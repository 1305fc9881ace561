import * as kafka from '@platformatic/kafka';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';
import { kafkaLog } from '../../../src/brokers/kafka/kafkaLog.js';
import { openTransactionalProducer } from '../../../src/brokers/kafka/internal/openProducer.js';
import { noKafka } from './kafkaServer.js';
import { useKafka } from './useKafka.js';

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

describe.skipIf(noKafka !== undefined)('a topic of Kafka', () => {
  const started = useKafka();
  const { client } = started;
  const create = (topic: string) => started.admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  const read = async (topic: string, after?: number): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { value } of kafkaLog({ client: client(), topic, after, once: true }))
      found.push(Buffer.from(value).toString());
    return found;
  };

  it('is read to its end, though that is the mark of a transaction', async () => {
    await create('marked');
    const producer = openTransactionalProducer(kafka, client(), { transactionalId: 'labels', timeout: 60_000 });
    for (const end of ['commit', 'abort'] as const) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic: 'marked', value: Buffer.from(end), partition: 0 }] });
      await transaction[end]();
    }
    await producer.close(true);
    expect(await read('marked')).toEqual(['commit']);
    expect(await read('marked', 0)).toEqual([]);
  });

  it('is refused if it was made again since it was read', async () => {
    await create('again');
    await started.producer.send({ messages: [{ topic: 'again', value: 'a' }] });
    await expect(read('again', 5)).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('was read up to offset 5, but ends at offset 1') as string,
    });
  });

  it('must exist to take dead letters', async () => {
    await create('headlines');
    const reading = kafkaHeadlines({ client: client(), topic: 'headlines', group: 'g', deadLetters: 'nowhere' });
    await expect(firstValueFrom(reading)).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('There is no topic nowhere for dead letters') as string,
    });
  });
});
