import { Consumer, Producer, stringSerializers } from '@platformatic/kafka';
import { firstValueFrom, type Subscription } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';
import type { KafkaDelivery } from '../../../src/brokers/kafka/KafkaDelivery.js';
import { toKafka } from '../../../src/brokers/kafka/toKafka.js';
import type { WorkEvent } from '../../../src/brokers/WorkEvent.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { numbered, numberOf, numbersOf } from '../workers.js';
import { PATIENT } from '../patience.js';
import { noKafka } from './kafkaServer.js';
import { committedOf, readCommitted } from './readCommitted.js';
import { useKafka } from './useKafka.js';

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

const PARTITIONS = 8;

describe.skipIf(noKafka !== undefined)('a rebalance of a Kafka group', () => {
  const started = useKafka();
  const { client } = started;
  let run = 0;
  let from = '';
  let to = '';
  beforeEach(async () => {
    run += 1;
    [from, to] = [`from${run}`, `to${run}`];
    await started.admin.createTopics({ topics: [from], partitions: PARTITIONS, replicas: 1 });
    await started.admin.createTopics({ topics: [to], partitions: 1, replicas: 1 });
  });

  /** Publishes numbered headlines to the partitions in turn. */
  const publish = (begin: number, end: number): Promise<unknown> =>
    started.producer.send({
      messages: Array.from({ length: end - begin }, (_, i) => ({
        ...{ topic: from, partition: (begin + i) % PARTITIONS, key: String((begin + i) % PARTITIONS) },
        value: numbered(begin + i),
      })),
    });

  /** A member of the group, and the partitions that it has. */
  const join = () => {
    const shares: (readonly number[])[] = [];
    const events: WorkEvent[] = [];
    const source$ = kafkaHeadlines({
      ...{ client: client(), topic: from, group: `g${run}`, sessionTimeout: 6000 },
      events: {
        next: (event) => {
          events.push(event);
          if (event.type === 'rebalanced') shares.push(event.partitions);
        },
      },
    });
    return { source$, shares, events, share: () => shares.at(-1) ?? [] };
  };
  const storing = (source$: ReturnType<typeof join>['source$']) =>
    source$.pipe(toKafka<LiveHeadline>({ client: client(), topic: to, encode: ({ title }) => title }));

  it('shares all topics that its members read, and their new partitions', async () => {
    const other = `other${run}`;
    await started.admin.createTopics({ topics: [other], partitions: 2, replicas: 1 });
    const publishTo = async (partition: number): Promise<void> => {
      // Another producer, because one keeps for minutes how many partitions a topic has.
      const producer = new Producer({ ...client(), clientId: 'other', serializers: stringSerializers });
      for (const topic of [from, other])
        await producer.send({ messages: [{ topic, partition, key: 'a', value: `${topic} ${partition}` }] });
      await producer.close(true);
    };
    await publishTo(0);
    const titles: string[] = [];
    const readings = [from, other].map((topic) =>
      kafkaHeadlines({ client: client(), topic, group: `g${run}`, sessionTimeout: 6000 }).subscribe(({ value }) =>
        titles.push(value.title),
      ),
    );
    await expect.poll(() => new Set(titles), PATIENT).toEqual(new Set([`${from} 0`, `${other} 0`]));
    for (const topic of [from, other])
      await started.admin.createPartitions({ topics: [{ name: topic, count: PARTITIONS + 1, assignments: null }] });
    await publishTo(PARTITIONS);
    await expect.poll(() => titles, PATIENT).toContain(`${from} ${PARTITIONS}`);
    await expect.poll(() => titles, PATIENT).toContain(`${other} ${PARTITIONS}`);
    for (const reading of readings) reading.unsubscribe();
  });

  it('is not joined by a member that could not share it, and the error says what to do', async () => {
    const refused = (group: string, sessionTimeout: number) =>
      firstValueFrom(kafkaHeadlines({ client: { ...client(), retries: 1 }, topic: from, group, sessionTimeout }));
    await expect(refused(`g${run}`, 500)).rejects.toThrow(/--session-timeout/);
    const other = new Consumer({
      ...client(),
      clientId: 'other',
      groupId: 'ranged',
      protocols: [{ name: 'range', version: 1 }],
    });
    other.topics.track(from);
    await other.joinGroup();
    await expect(refused('ranged', 6000)).rejects.toThrow(/choose another group/);
    await other.close(true);
  });

  it('leaves what a member has in progress of the partitions that it keeps', async () => {
    await publish(0, 2 * PARTITIONS);
    const first = join();
    const taken: KafkaDelivery<LiveHeadline>[] = [];
    const reading = first.source$.subscribe((delivery) => taken.push(delivery));
    await expect.poll(() => taken.length, PATIENT).toBe(2 * PARTITIONS);
    const second = join();
    const others: KafkaDelivery<LiveHeadline>[] = [];
    const helping = second.source$.subscribe((delivery) => others.push(delivery));
    await expect.poll(() => second.share().length, PATIENT).toBe(PARTITIONS / 2);
    const kept = first.share();
    expect(kept.length).toBe(PARTITIONS / 2);
    const isKept = ({ origin }: KafkaDelivery<LiveHeadline>) => kept.includes(origin.message.partition);
    expect(taken.map(({ origin }) => origin.isCurrent())).toEqual(taken.map(isKept));
    await expect.poll(() => others.length, PATIENT).toBe(PARTITIONS);
    // What is settled now is committed by the member of the new generation.
    for (const delivery of taken) delivery.settle({ type: 'done' });
    const groups = [{ groupId: `g${run}`, topics: [{ name: from, partitionIndexes: [...kept] }] }];
    const committed = async () => {
      const [group] = await started.admin.listConsumerGroupOffsets({ groups });
      return group?.topics[0]?.partitions.map(({ committedOffset }) => committedOffset);
    };
    await expect.poll(committed, PATIENT).toEqual(kept.map(() => 2n));
    // They are read on, and nothing of them is delivered again.
    await publish(2 * PARTITIONS, 3 * PARTITIONS);
    await expect.poll(() => taken.length, PATIENT).toBe(2 * PARTITIONS + kept.length);
    reading.unsubscribe();
    helping.unsubscribe();
    expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
  });

  it('classifies each headline once and in the order of its key, though members join and leave all the time', async () => {
    const COUNT = 8000;
    const results: string[] = [];
    const close = await readCommitted(started.servers.brokers, to, (value) => results.push(value));
    const failures: unknown[] = [];
    const start = (): Subscription => storing(join().source$).subscribe({ error: (error) => failures.push(error) });
    const members = [start(), start(), start(), start()];
    let next = 0;
    for (let at = 0; at < COUNT; at += 500) {
      await publish(at, at + 500);
      const index = next++ % members.length;
      members[index]?.unsubscribe();
      members[index] = start();
      // The headlines of this time are in work during the rebalance.
      await expect.poll(() => results.length, PATIENT).toBeGreaterThanOrEqual(at);
    }
    const groups = [
      {
        groupId: `g${run}`,
        topics: [{ name: from, partitionIndexes: Array.from({ length: PARTITIONS }, (_, i) => i) }],
      },
    ];
    const committed = async (): Promise<bigint> => {
      const [group] = await started.admin.listConsumerGroupOffsets({ groups });
      return (group?.topics[0]?.partitions ?? []).reduce((sum, { committedOffset }) => sum + committedOffset, 0n);
    };
    // Each result is in one transaction with its offset, so nothing comes after that.
    await expect.poll(committed, PATIENT).toBe(BigInt(COUNT));
    for (const member of members) member.unsubscribe();
    const stored = await committedOf(client(), to);
    await expect.poll(() => results.length, PATIENT).toBe(stored.length);
    await close();
    expect(failures).toEqual([]);
    expect(numbersOf(stored.map((title) => ({ title })))).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    const latest = new Map<number, number>();
    const disordered = results.map(numberOf).filter((number) => {
      const before = latest.get(number % PARTITIONS) ?? -1;
      latest.set(number % PARTITIONS, number);
      return number < before;
    });
    expect(disordered).toEqual([]);
  });
});
