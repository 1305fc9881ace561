import { EventEmitter } from 'node:events';
import type { Consumer, Message } from '@platformatic/kafka';
import { asyncScheduler, NEVER, of } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { committable, sortByConsumer } from '../../../src/brokers/kafka/internal/offsets/committable.js';
import { lostOnce } from '../../../src/brokers/kafka/internal/offsets/lostOnce.js';
import { OffsetTracker } from '../../../src/brokers/kafka/internal/offsets/OffsetTracker.js';
import { Tenures } from '../../../src/brokers/kafka/internal/offsets/Tenures.js';
import type { CommittedConsumer } from '../../../src/brokers/kafka/internal/openConsumer.js';
import { PartitionWatch } from '../../../src/brokers/kafka/internal/PartitionWatch.js';
import { TransactionalProducer } from '../../../src/brokers/kafka/internal/TransactionalProducer.js';
import type { KafkaDelivery } from '../../../src/brokers/kafka/KafkaDelivery.js';
import { toKafka } from '../../../src/brokers/kafka/toKafka.js';
import type { WorkEvent } from '../../../src/brokers/WorkEvent.js';
import { afterEvent, NO_WORK } from '../../../src/cli/brokers/WorkCounts.js';
import type { Delivery } from '../../../src/contracts/flow/Delivery.js';

/** A client whose producers are counted, and whose loading waits until it is told to end. */
const client = vi.hoisted(() => {
  const counts = { opened: 0, closed: 0 };
  let loaded: () => void = () => undefined;
  /** What was asked of transactions, in order; and what the next step of one does. */
  const steps: string[] = [];
  const next = { step: (): Promise<void> => Promise.resolve(), plain: (): Promise<void> => Promise.resolve() };
  const step = (name: string) => () => {
    steps.push(name);
    return name === 'send' ? next.step() : Promise.resolve();
  };
  class Producer {
    constructor() {
      counts.opened += 1;
    }
    beginTransaction() {
      return Promise.resolve({
        send: step('send'),
        addConsumer: step('addConsumer'),
        addOffset: step('addOffset'),
        commit: step('commit'),
        abort: step('abort'),
      });
    }
    close(): Promise<void> {
      steps.push('close');
      counts.closed += 1;
      return Promise.resolve();
    }
    send(): Promise<void> {
      return next.plain();
    }
  }
  const kafka = { Producer, stringSerializers: {} };
  return {
    counts,
    steps,
    next,
    load: () => new Promise((resolve) => (loaded = () => resolve(kafka))),
    endLoading: () => loaded(),
  };
});
vi.mock('../../../src/brokers/kafka/internal/loadKafka.js', () => ({ loadKafka: client.load }));

const connection = { bootstrapBrokers: ['127.0.0.1:1'] };

const MEMBER = { memberId: 'm', generationId: 1 };

const someConsumer = (): Consumer => Object.create(null) as Consumer;

/** A delivery of a message that a tracker holds. */
const deliveryOf = (
  offset: bigint,
  tracker: OffsetTracker<string>,
  { partition = 0, consumer = someConsumer() } = {},
): KafkaDelivery<string> => ({
  value: String(offset),
  id: `${partition}:${offset}`,
  attempt: 1,
  settle: () => undefined,
  origin: {
    consumer,
    message: { partition, offset } as Message,
    isCurrent: () => true,
    member: () => MEMBER,
    rejoined: () => Promise.resolve(),
    firstOpen: (among) => tracker.firstOpen(among),
    changed$: NEVER,
    last: () => ({ partition, offset }) as Message,
    deadLetters: () => [],
    committed: () => undefined,
    lost: () => undefined,
    exclusively: (work) => work(),
  },
});

const trackerOf = (...offsets: readonly bigint[]): OffsetTracker<string> => {
  const tracker = new OffsetTracker<string>();
  for (const offset of offsets) tracker.take(offset);
  return tracker;
};

const offsetsOf = (deliveries: readonly KafkaDelivery<string>[]): readonly bigint[] =>
  deliveries.map(({ origin }) => origin.message.offset);

describe('what a transaction may hold', () => {
  it('ends in each partition with the highest offset, whatever the order of arrival', () => {
    const [first, second] = [trackerOf(0n, 1n, 2n), trackerOf(7n)];
    const arrived = [
      deliveryOf(2n, first),
      deliveryOf(0n, first),
      deliveryOf(7n, second, { partition: 1 }),
      deliveryOf(1n, first),
    ];
    const { now, lasts, later } = committable(arrived);
    expect(offsetsOf(now)).toEqual([0n, 1n, 2n, 7n]);
    expect(lasts.map(({ message }) => message.offset)).toEqual([2n, 7n]);
    expect(later).toEqual([]);
  });

  it('leaves out what comes after a message that is not settled', () => {
    const tracker = trackerOf(0n, 1n, 2n, 3n, 4n);
    tracker.settle(0n);
    tracker.giveUp(2n, 'letter');
    const { now, lasts, later } = committable([deliveryOf(4n, tracker), deliveryOf(1n, tracker)]);
    expect([offsetsOf(now), offsetsOf(later)]).toEqual([[1n], [4n]]);
    expect(lasts.map(({ message }) => message.offset)).toEqual([1n]);
    tracker.settle(1n);
    tracker.settle(3n);
    expect(offsetsOf(committable([deliveryOf(4n, tracker)]).now)).toEqual([4n]);
  });

  it('is of one consumer', () => {
    const [a, b] = [someConsumer(), someConsumer()];
    const other: Delivery<string> = { value: 'x', id: 'x', attempt: 1, settle: () => undefined };
    const tracker = trackerOf(0n);
    const sorted = sortByConsumer([
      deliveryOf(0n, tracker, { consumer: a }),
      other,
      deliveryOf(1n, tracker, { consumer: b }),
      deliveryOf(2n, tracker, { consumer: a }),
    ]);
    expect(sorted.byConsumer.map(offsetsOf)).toEqual([[0n, 2n], [1n]]);
    expect(sorted.others).toEqual([other]);
  });
});

describe('the partitions of a member', () => {
  /** Partitions of which two messages each are taken. */
  const begun = (...partitions: readonly number[]): Tenures => {
    const tenures = new Tenures();
    for (const tenure of tenures.assign(partitions)) {
      tenure.begin(10n);
      tenure.take(10n);
      tenure.take(11n);
    }
    return tenures;
  };

  it('go on in a rebalance where the member keeps them, and are over where it does not', () => {
    const tenures = begun(0, 1);
    const [kept, given] = tenures.all;
    const added = tenures.assign([0, 2]);
    expect(added.map(({ partition, next }) => [partition, next])).toEqual([[2, undefined]]);
    expect([kept?.isOver, given?.isOver, tenures.inFlight]).toEqual([false, true, 2]);
    expect(tenures.positions.map(({ partition, offset }) => [partition, offset])).toEqual([[0, 12n]]);
  });

  it('are read anew one by one', () => {
    const tenures = begun(0, 1);
    const [first] = tenures.all;
    const renewed = tenures.renew(first === undefined ? [] : [first]);
    expect(renewed.map(({ partition, next }) => [partition, next])).toEqual([[0, undefined]]);
    expect([first?.isOver, tenures.inFlight]).toEqual([true, 2]);
    // It is over already: the new one goes on.
    expect(tenures.renew(first === undefined ? [] : [first])).toEqual([]);
  });

  it('have a lag only as long as the member has them, also while an offset is looked up again', () => {
    const tenures = begun(0, 1);
    expect(tenures.lag([15n, 11n])).toBe(6);
    tenures.renew(tenures.all);
    expect(tenures.lag([15n, 11n])).toBe(6);
    // A rebalance leaves one of them, and another leaves none.
    tenures.assign([1]);
    expect(tenures.lag([15n, 11n])).toBe(1);
    tenures.assign([]);
    expect(tenures.lag([15n, 11n])).toBe(0);
  });
});

it('a loss that is found again and again is told once', () => {
  const events: WorkEvent[] = [];
  const told = lostOnce({ next: (event) => events.push(event) });
  const lost = (partition: number, reason: string): WorkEvent => ({
    type: 'lost',
    id: `news:${partition}`,
    messages: 3,
    reason,
  });
  for (const event of [lost(0, '3 to 5'), lost(1, '3 to 5'), lost(0, '3 to 5'), lost(0, '7 to 9')]) told.next(event);
  expect(events).toEqual([lost(0, '3 to 5'), lost(1, '3 to 5'), lost(0, '7 to 9')]);
  expect(events.reduce(afterEvent, NO_WORK).lost).toBe(9);
});

describe('a topic with new partitions', () => {
  const watchOf = (metadata: () => Promise<unknown>, joinGroup: () => Promise<unknown>) => {
    const lost = vi.fn();
    const consumer = Object.assign(new EventEmitter(), {
      metadata,
      joinGroup,
      takeSharedTopics: () => new Set(['news']),
      currentMetadata: { topics: new Map([['news', { partitionsCount: 4 }]]) },
    });
    const watch = new PartitionWatch(consumer as unknown as CommittedConsumer, 'news', lost);
    consumer.emit('consumer:group:join', { isLeader: true });
    return { watch, lost };
  };
  const five = () => Promise.resolve({ topics: new Map([['news', { partitionsCount: 5 }]]) });

  it('ends the membership if the group cannot be joined again, since the client sends no heartbeats then', async () => {
    const failure = new Error('no coordinator');
    const { watch, lost } = watchOf(five, () => Promise.reject(failure));
    await watch.check();
    expect(lost.mock.calls).toEqual([[failure]]);
  });

  it('is looked for again where the broker does not answer', async () => {
    const joinGroup = vi.fn(() => Promise.resolve());
    const { watch, lost } = watchOf(() => Promise.reject(new Error('no broker')), joinGroup);
    await watch.check();
    expect([lost.mock.calls, joinGroup.mock.calls]).toEqual([[], []]);
  });
});

describe('a transaction', () => {
  const outgoing = { topic: 'out', value: Buffer.from('x'), headers: {}, refused: () => undefined };
  const message = { topic: 'in', partition: 0, offset: 0n, metadata: {} } as Message;
  const begin = async () => {
    client.steps.length = 0;
    const producer = new TransactionalProducer(connection, 'news', asyncScheduler);
    const outcome = producer.commit([outgoing], [{ consumer: someConsumer(), message }], MEMBER);
    client.endLoading();
    await vi.waitFor(() => expect(client.steps).toEqual(['send']));
    return { producer, outcome };
  };
  /** Ends the step that waits. */
  const holdStep = () => {
    let end: (error?: Error) => void = () => undefined;
    client.next.step = () =>
      new Promise((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      });
    return (error?: Error) => end(error);
  };

  it('is aborted before its producer is closed, since its partitions would wait for its timeout', async () => {
    const end = holdStep();
    const { producer, outcome } = await begin();
    producer.close();
    end();
    await expect(outcome).rejects.toThrow('closed');
    expect(client.steps).toEqual(['send', 'abort', 'close']);
  });

  it('commits the offsets of all partitions by one request', async () => {
    client.next.step = () => Promise.resolve();
    client.steps.length = 0;
    const producer = new TransactionalProducer(connection, 'news', asyncScheduler);
    const consumer = someConsumer();
    const lasts = [0, 1, 2].map((partition) => ({ consumer, message: { ...message, partition } }));
    const outcome = producer.commit([outgoing], lasts, MEMBER);
    client.endLoading();
    expect(await outcome).toBe('stored');
    expect(client.steps).toEqual(['send', 'addConsumer', 'addOffset', 'commit']);
    producer.close();
  });

  it('that the group refuses is aborted, and its producer is used again', async () => {
    const end = holdStep();
    const { producer, outcome } = await begin();
    end(Object.assign(new Error('another generation'), { apiId: 'ILLEGAL_GENERATION' }));
    expect(await outcome).toBe('refused');
    expect(client.steps).toEqual(['send', 'abort']);
    producer.close();
  });
});

describe('a write without a transaction', () => {
  it('is sent by another producer if it is never answered', async () => {
    vi.useFakeTimers();
    try {
      Object.assign(client.counts, { opened: 0, closed: 0 });
      const answers = [new Promise<void>(() => undefined), Promise.resolve()];
      client.next.plain = () => answers.shift() ?? Promise.resolve();
      const events: string[] = [];
      const settled: string[] = [];
      const delivery: Delivery<string> = { value: 'x', id: 'x', attempt: 1, settle: ({ type }) => settled.push(type) };
      of(delivery)
        .pipe(toKafka({ client: connection, topic: 'out', events: { next: ({ type }) => events.push(type) } }))
        .subscribe();
      client.endLoading();
      await vi.advanceTimersByTimeAsync(181_000);
      expect([events, client.counts]).toEqual([['stalled'], { opened: 1, closed: 1 }]);
      client.endLoading();
      await vi.advanceTimersByTimeAsync(0);
      expect([events, settled]).toEqual([['stalled', 'resumed'], ['done']]);
      expect(client.counts.opened).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a producer that is closed while the client is loaded', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => Object.assign(client.counts, { opened: 0, closed: 0 }));

  it('is not opened', async () => {
    const producer = new TransactionalProducer(connection, 'news', asyncScheduler);
    const message = { partition: 0, offset: 0n } as Message;
    const committed = producer.commit([], [{ consumer: someConsumer(), message }], MEMBER);
    producer.close();
    client.endLoading();
    await expect(committed).rejects.toThrow('closed');
    expect(client.counts).toEqual({ opened: 0, closed: 0 });
  });

  it('is not opened by a sink that was unsubscribed', async () => {
    const delivery: Delivery<string> = { value: 'x', id: 'x', attempt: 1, settle: () => undefined };
    const work = of(delivery)
      .pipe(toKafka({ client: connection, topic: 'out' }))
      .subscribe();
    work.unsubscribe();
    client.endLoading();
    await turn();
    expect(client.counts).toEqual({ opened: 0, closed: 0 });
  });
});
