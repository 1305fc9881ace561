import * as kafka from '@platformatic/kafka';
import { firstValueFrom, map, take, tap, toArray } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { KafkaSession } from '../../../src/brokers/kafka/internal/KafkaSession.js';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';
import type { KafkaDelivery } from '../../../src/brokers/kafka/KafkaDelivery.js';
import { toKafka } from '../../../src/brokers/kafka/toKafka.js';
import type { WorkEvent } from '../../../src/brokers/WorkEvent.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { PATIENT } from '../patience.js';
import { kafkaJars, noKafka } from './kafkaServer.js';
import { committedOf, readCommitted } from './readCommitted.js';
import { useKafka } from './useKafka.js';

const { Producer, stringSerializers } = kafka;

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

describe.skipIf(noKafka !== undefined || kafkaJars === undefined)('Kafka', () => {
  const started = useKafka();
  const { client } = started;
  let run = 0;
  let from = '';
  let to = '';
  let dead = '';
  beforeEach(async () => {
    run += 1;
    [from, to, dead] = [`from${run}`, `to${run}`, `dead${run}`];
    await started.admin.createTopics({ topics: [from], partitions: 4, replicas: 1 });
    await started.admin.createTopics({ topics: [to], partitions: 1, replicas: 1 });
    const configs = [{ name: 'max.message.bytes', value: '40000' }];
    await started.admin.createTopics({ topics: [dead], partitions: 1, replicas: 1, configs });
  });

  const publish = (values: readonly string[]): Promise<unknown> =>
    started.producer.send({ messages: values.map((value, at) => ({ topic: from, key: String(at), value })) });
  const stored = (topic: string): Promise<readonly string[]> => committedOf(client(), topic);
  /** Publishes to the first partition. */
  const publishFirst = (values: readonly string[]): Promise<unknown> =>
    started.producer.send({ messages: values.map((value) => ({ topic: from, partition: 0, key: 'k', value })) });
  const committed = async (): Promise<bigint | undefined> => {
    const groups = [{ groupId: `g${run}`, topics: [{ name: from, partitionIndexes: [0] }] }];
    const [group] = await started.admin.listConsumerGroupOffsets({ groups });
    return group?.topics[0]?.partitions[0]?.committedOffset;
  };
  /** Commits an offset of the first partition for a group without members. */
  const commit = (offset: bigint): Promise<void> =>
    started.admin.alterConsumerGroupOffsets({
      groupId: `g${run}`,
      topics: [{ name: from, partitionOffsets: [{ partition: 0, offset }] }],
    });
  const headlines = (events: WorkEvent[] = [], sessionTimeout = 6000) =>
    kafkaHeadlines({
      client: client(),
      topic: from,
      group: `g${run}`,
      sessionTimeout,
      deadLetters: dead,
      maxAttempts: 2,
      events: { next: (event) => events.push(event) },
    });
  const classified = () =>
    toKafka<{ readonly title: string }>({ client: client(), topic: to, encode: ({ title }) => title });

  it('commits results and offsets together, and goes on where it left off', async () => {
    await publish(['a', 'b', '{"title":"c","guid":"1"}']);
    const first = await firstValueFrom(headlines().pipe(classified(), take(3), toArray()));
    expect(first.map(({ value }) => value.title).toSorted()).toEqual(['a', 'b', 'c']);
    await publish(['d']);
    const second = await firstValueFrom(headlines().pipe(classified(), take(1)));
    expect(second.value.title).toBe('d');
    expect(await stored(to)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reads again what was not settled', async () => {
    await publish(['a']);
    await firstValueFrom(headlines());
    const again = await firstValueFrom(
      headlines().pipe(
        classified(),
        map(({ value }) => value.title),
      ),
    );
    expect(again).toBe('a');
    expect(await stored(to)).toEqual(['a']);
  });

  it('puts aside what is no headline and what fails too often, and classifies the others once', async () => {
    await publish(['{"title":""}', 'good 1', 'bad', 'good 2']);
    const events: WorkEvent[] = [];
    const attempts: number[] = [];
    const work = headlines(events)
      .pipe(
        tap((delivery) => {
          if (delivery.value.title !== 'bad') return;
          attempts.push(delivery.attempt);
          delivery.settle({ type: 'retry', reason: 'cannot be worked on' });
        }),
        classified(),
      )
      .subscribe();
    const buried = () => new Set(events.flatMap((event) => (event.type === 'dead-letter' ? [event.id] : [])));
    await expect.poll(() => buried().size, PATIENT).toBe(2);
    await expect.poll(() => stored(to), PATIENT).toEqual(['good 1', 'good 2']);
    work.unsubscribe();
    expect(attempts).toEqual([1, 2]);
    expect(await stored(dead)).toEqual(['bad', '{"title":""}']);
  });

  it('puts aside a tombstone, a message without a key, and the beginning of one that is too large', async () => {
    const bytes = new Producer<Buffer, Buffer, string, string>({ ...client(), clientId: 'test', idempotent: true });
    const [key, value] = [Buffer.from('k'), Buffer.from('{'.padEnd(90_000, 'x'))];
    await bytes.send({
      messages: [
        { topic: from, partition: 0, key },
        { topic: from, partition: 0, value: Buffer.from('good 1') },
        { topic: from, partition: 0, value },
        { topic: from, partition: 0, key: Buffer.alloc(80_000, 'k'), value },
        { topic: from, partition: 0, key, value: Buffer.from('good 2') },
      ],
    });
    await bytes.close();
    const events: WorkEvent[] = [];
    const work = headlines(events).pipe(classified()).subscribe();
    const ids = () => events.flatMap((event) => (event.type === 'dead-letter' ? [event.id] : [])).toSorted();
    await expect.poll(ids, PATIENT).toEqual([0, 2, 3].map((offset) => `${from}:0:${offset}`));
    await expect.poll(() => stored(to), PATIENT).toEqual(['good 1', 'good 2']);
    work.unsubscribe();
    expect((await stored(dead)).map(({ length }) => length)).toEqual([0, 0, 16_384]);
    expect(await committed()).toBe(5n);
  });

  it('commits nothing for messages of an earlier membership, nor their dead letters', async () => {
    await publishFirst(['a', 'b', 'c', 'd', 'e', 'f']);
    const events: WorkEvent[] = [];
    const taken: KafkaDelivery<LiveHeadline>[] = [];
    const titles = () => taken.map(({ value }) => value.title);
    // The next sign of life, at which it would learn that it is no member any more, is six seconds away.
    const reading = headlines(events, 30_000).subscribe((delivery) => taken.push(delivery));
    await expect.poll(titles, PATIENT).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await started.admin.removeMembersFromConsumerGroup({ groupId: `g${run}` });
    // The others have done more in the meantime.
    await commit(5n);
    taken[0]?.settle({ type: 'done' });
    taken[1]?.settle({ type: 'give-up', reason: 'cannot be worked on' });
    await expect.poll(() => titles().slice(6), PATIENT).toContain('f');
    await expect
      .poll(
        () => {
          taken.at(-1)?.settle({ type: 'done' });
          return committed();
        },
        { ...PATIENT, interval: 500 },
      )
      .toBe(6n);
    reading.unsubscribe();
    expect(new Set(titles().slice(6))).toEqual(new Set(['f']));
    expect(await stored(dead)).toEqual([]);
  });

  it('says which messages were deleted before they were read, and reads those that are left', async () => {
    await publishFirst(Array.from({ length: 10 }, (_, at) => String(at)));
    await commit(3n);
    await started.admin.deleteRecords({ topics: [{ name: from, partitions: [{ partition: 0, offset: 6n }] }] });
    const events: WorkEvent[] = [];
    const left = await firstValueFrom(headlines(events).pipe(classified(), take(4), toArray()));
    expect(left.map(({ value }) => value.title)).toEqual(['6', '7', '8', '9']);
    expect(events.filter(({ type }) => type === 'lost')).toMatchObject([{ id: `${from}:0`, messages: 3 }]);
  });

  it('reads partitions that are added while it works', async () => {
    const titles: string[] = [];
    const work = headlines()
      .pipe(classified())
      .subscribe(({ value }) => titles.push(value.title));
    await publishFirst(['a']);
    await expect.poll(() => titles, PATIENT).toEqual(['a']);
    await started.admin.createPartitions({ topics: [{ name: from, count: 5, assignments: null }] });
    const other = new Producer({ ...client(), clientId: 'other', serializers: stringSerializers });
    await other.send({ messages: [{ topic: from, partition: 4, key: 'k', value: 'b' }] });
    await expect.poll(() => titles, PATIENT).toEqual(['a', 'b']);
    work.unsubscribe();
    await other.close(true);
  });

  it('delivers at least once to a topic of another cluster', async () => {
    await publishFirst(['a', 'b']);
    const elsewhere = (consumer: kafka.Consumer): kafka.Consumer =>
      Object.create(consumer, { metadata: { value: () => Promise.resolve({ id: 'another' }) } }) as kafka.Consumer;
    const work = headlines()
      .pipe(
        map((delivery) => ({
          ...delivery,
          origin: { ...delivery.origin, consumer: elsewhere(delivery.origin.consumer) },
        })),
        classified(),
      )
      .subscribe();
    await expect.poll(committed, PATIENT).toBe(2n);
    work.unsubscribe();
    expect(await stored(to)).toEqual(['a', 'b']);
  });

  it('says that results wait while their topic takes none, and that it takes them again', async () => {
    const events: WorkEvent[] = [];
    const told = { next: (event: WorkEvent) => events.push(event) };
    const names = () => events.map(({ type }) => type).filter((type) => type === 'stalled' || type === 'resumed');
    const missing = `later${run}`;
    await publish(['a', 'b']);
    const work = headlines(events)
      .pipe(
        toKafka<{ readonly title: string }>({
          client: client(),
          topic: missing,
          encode: ({ title }) => title,
          events: told,
        }),
      )
      .subscribe();
    await expect.poll(names, PATIENT).toEqual(['stalled']);
    await started.admin.createTopics({ topics: [missing], partitions: 1, replicas: 1 });
    await expect.poll(names, PATIENT).toEqual(['stalled', 'resumed']);
    await expect.poll(() => stored(missing), PATIENT).toEqual(['a', 'b']);
    work.unsubscribe();
    expect(await stored(dead)).toEqual([]);
  });

  it('puts aside a headline whose result is too large, and writes more than one batch of records may hold', async () => {
    const titles = Array.from({ length: 40 }, (_, i) => `good ${i}`);
    await publish([...titles.slice(0, 20), 'huge', ...titles.slice(20)]);
    const sizes: Readonly<Record<string, number>> = { huge: 1_200_000 };
    const work = headlines()
      .pipe(
        toKafka<{ readonly title: string }>({
          client: client(),
          topic: to,
          // Together more than the broker's 1 MiB.
          encode: ({ title }) => title.padEnd(sizes[title] ?? 50_000, '.'),
        }),
      )
      .subscribe();
    await expect.poll(() => stored(dead), PATIENT).toEqual(['huge']);
    await expect.poll(async () => (await stored(to)).length, PATIENT).toBe(40);
    work.unsubscribe();
    expect((await stored(to)).map((value) => value.replace(/\.+$/, ''))).toEqual(titles.toSorted());
  });

  it('reads its share though that changes while reading begins', async () => {
    const group = { groupId: `g${run}`, sessionTimeout: 6000, heartbeatInterval: 200 };
    const other = new kafka.Consumer({ ...client(), clientId: 'other', ...group });
    other.topics.track(from);
    await other.joinGroup();
    let hasChanged = false;
    /**
     * Before it reads for the first time the other member leaves, and there are messages in the partition of that one.
     */
    class Consumer<Key, Value, HeaderKey, HeaderValue> extends kafka.Consumer<Key, Value, HeaderKey, HeaderValue> {
      override consume(options: kafka.ConsumeOptions<Key, Value, HeaderKey, HeaderValue>) {
        const reading = async () => {
          const own = this.assignments?.find(({ topic }) => topic === from)?.partitions ?? [];
          if (!hasChanged) {
            hasChanged = true;
            const joined = new Promise((resolve) => this.once('consumer:group:join', resolve));
            await other.close(true);
            await joined;
            const gained = [0, 1, 2, 3].find((partition) => !own.includes(partition)) ?? 0;
            await started.producer.send({
              messages: [{ topic: from, partition: gained, key: '1', value: 'Ferry returns' }],
            });
          }
          return super.consume(options);
        };
        return reading();
      }
    }
    const titles: string[] = [];
    const session = new KafkaSession(
      { ...kafka, Consumer },
      { client: client(), topic: from, group: group.groupId, sessionTimeout: 6000 },
      ({ value }) => titles.push(value.title),
    );
    const running = session.run();
    try {
      await expect.poll(() => titles, PATIENT).toEqual(['Ferry returns']);
      expect(hasChanged).toBe(true);
    } finally {
      await session.close();
    }
    await running;
  });

  it('reads no messages of a transaction that was aborted while another is open', async () => {
    const transactional = (transactionalId: string) =>
      new Producer({
        ...client(),
        clientId: 'test',
        transactionalId,
        idempotent: true,
        serializers: stringSerializers,
      });
    const [aborting, committing] = [transactional('aborts'), transactional('commits')];
    const read: string[] = [];
    const close = await readCommitted(started.servers.brokers, to, (value) => read.push(value));
    const sent = (value: string) => ({ messages: [{ topic: to, key: value, value }] });
    try {
      await started.producer.send(sent('first'));
      const aborted = await aborting.beginTransaction();
      await aborted.send(sent('aborted'));
      await started.producer.send(sent('between'));
      const committed = await committing.beginTransaction();
      await committed.send(sent('committed'));
      await aborted.abort();
      // The mark of the abort comes after what the other transaction holds back, and so in a later answer than these.
      await expect.poll(() => read, PATIENT).toContain('between');
      await committed.commit();
      await started.producer.send(sent('last'));
      await expect.poll(() => read, PATIENT).toContain('last');
      expect(read).toEqual(['first', 'between', 'committed', 'last']);
    } finally {
      await close();
      await Promise.all([aborting.close(true), committing.close(true)]);
    }
  });
});
