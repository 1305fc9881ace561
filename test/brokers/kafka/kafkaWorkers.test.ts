import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModel } from '../../examples/savedModel.js';
import { PATIENT, waitPatiently } from '../patience.js';
import { type KafkaServers, noKafka, startKafka } from './kafkaServer.js';
import { readCommitted } from './readCommitted.js';
import { numbered, numberOf, numbersOf, startWorkers } from '../workers.js';

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

/** Headlines; a soak takes more. */
const COUNT = Number(process.env['HEADWATER_BROKER_HEADLINES'] ?? 20_000);
/** Keys of the messages: for each, the results keep the order of the headlines. */
const KEYS = 100;
/** One of so many messages is no headline, and becomes a dead letter. */
const POISON_EVERY = 500;
const isPoison = (number: number): boolean => number % POISON_EVERY === 7;

/** The values that occur more than once. */
const repeated = (values: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
};

describe.skipIf(noKafka !== undefined)('workers on three Kafka brokers', () => {
  waitPatiently();
  let servers: KafkaServers;
  const client = () => ({ bootstrapBrokers: [...servers.brokers], clientId: 'test', retries: 1000, retryDelay: 500 });

  beforeAll(async () => {
    servers = await startKafka(3);
  });
  afterAll(() => servers.stop());

  it('classifies every headline exactly once and in the order of its key, though workers and a broker are killed', async () => {
    const model = await savedModel();
    const admin = new Admin(client());
    const create = (topic: string, partitions: number) =>
      admin.createTopics({
        topics: [topic],
        partitions,
        replicas: 3,
        configs: [{ name: 'min.insync.replicas', value: '2' }],
      });
    await create('in', 8);
    await create('out', 2);
    await create('dead', 1);
    const producer = new Producer({ ...client(), idempotent: true, serializers: stringSerializers });
    const publish = async (begin: number, end: number): Promise<void> => {
      for (let at = begin; at < end; at += 1000)
        await producer.send({
          messages: Array.from({ length: Math.min(1000, end - at) }, (_, i) => ({
            topic: 'in',
            key: String((at + i) % KEYS),
            value: isPoison(at + i) ? `{ ${at + i}` : numbered(at + i),
          })),
        });
    };
    const results: { readonly id: string; readonly title: string }[] = [];
    const close = await readCommitted(servers.brokers, 'out', (value) =>
      results.push(JSON.parse(value) as (typeof results)[number]),
    );
    const letters: { readonly title: string }[] = [];
    const closeLetters = await readCommitted(servers.brokers, 'dead', (title) => letters.push({ title }));

    const address = `kafka://${servers.brokers.join(',')}`;
    const workers = startWorkers(4, [
      ...['--from', `${address}/in`, '--to', `${address}/out`, '--group', 'g', '--model', model],
      ...['--session-timeout', '3', '--max-in-flight', '1024', '--dead-letters', 'dead'],
    ]);
    try {
      await publish(0, COUNT / 2);
      await expect.poll(() => results.length, PATIENT).toBeGreaterThan(COUNT / 20);
      workers.replace(0);
      await publish(COUNT / 2, COUNT);
      workers.freeze(1);
      servers.kill(1);
      workers.replace(2);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      // It wakes when its share belongs to others: what it still commits is refused.
      workers.wake(1);
      await servers.start(1);
      workers.replace(3);
      const read = (): number => results.length + letters.length;
      await expect.poll(read, { ...PATIENT, interval: 500 }).toBeGreaterThanOrEqual(COUNT);
      // What would come twice would come now.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    } finally {
      await workers.stop();
      await Promise.all([close(), closeLetters()]);
      await producer.close(true).catch(() => undefined);
      await admin.close().catch(() => undefined);
    }
    /** The number of the last result of each key. */
    const latest = new Map<number, number>();
    const numbers = Array.from({ length: COUNT }, (_, i) => i);
    // First, because it tells whether a message was processed twice, or was stored twice by the publisher.
    expect(repeated(results.map(({ id }) => id))).toEqual([]);
    expect(numbersOf(results)).toEqual(numbers.filter((number) => !isPoison(number)));
    expect(numbersOf(letters)).toEqual(numbers.filter(isPoison));
    const disordered = results.filter(({ title }) => {
      const number = numberOf(title);
      const before = latest.get(number % KEYS) ?? -1;
      latest.set(number % KEYS, number);
      return number < before;
    });
    expect(disordered).toEqual([]);
  });
});
