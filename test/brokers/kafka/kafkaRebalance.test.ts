import type { Subscription } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';
import type { KafkaDelivery } from '../../../src/brokers/kafka/KafkaDelivery.js';
import { toKafka } from '../../../src/brokers/kafka/toKafka.js';
import type { WorkEvent } from '../../../src/brokers/WorkEvent.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { numbered, numberOf, numbersOf } from '../workers.js';
import { PATIENT } from '../patience.js';
import { noKafka } from './kafkaServer.js';
import { readCommitted } from './readCommitted.js';
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
  const stored = (source$: ReturnType<typeof join>['source$']) =>
    source$.pipe(toKafka<LiveHeadline>({ client: client(), topic: to, encode: ({ title }) => title }));

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
    const start = (): Subscription => stored(join().source$).subscribe({ error: (error) => failures.push(error) });
    const members = [start(), start(), start(), start()];
    let next = 0;
    const storm = setInterval(() => {
      const at = next++ % members.length;
      members[at]?.unsubscribe();
      members[at] = start();
    }, 1500);
    for (let at = 0; at < COUNT; at += 500) {
      await publish(at, at + 500);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    clearInterval(storm);
    await expect.poll(() => results.length, { ...PATIENT, interval: 500 }).toBeGreaterThanOrEqual(COUNT);
    // What would come twice would come now.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    for (const member of members) member.unsubscribe();
    await close();
    expect(failures).toEqual([]);
    expect(numbersOf(results.map((title) => ({ title })))).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    const latest = new Map<number, number>();
    const disordered = results.map(numberOf).filter((number) => {
      const before = latest.get(number % PARTITIONS) ?? -1;
      latest.set(number % PARTITIONS, number);
      return number < before;
    });
    expect(disordered).toEqual([]);
  });
});
