import type { StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { delay, filter, firstValueFrom, map, mergeMap, scan, take, toArray, tap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jetStreamHeadlines } from '../../src/brokers/nats/jetStreamHeadlines.js';
import { toJetStream } from '../../src/brokers/nats/toJetStream.js';
import type { WorkEvent } from '../../src/brokers/WorkEvent.js';
import { valve } from '../../src/streams/valve.js';
import { natsProgram } from './natsServer.js';
import { PATIENT } from './patience.js';
import { useNats } from './useNats.js';

describe.skipIf(natsProgram === undefined)('NATS JetStream', () => {
  const nats = useNats();
  let connection: NatsConnection;
  let run = 0;
  let stream = '';
  let subjectIn = '';
  let subjectOut = '';
  let dead = '';

  beforeEach(async () => {
    connection = nats.connection;
    run += 1;
    [stream, subjectIn, subjectOut, dead] = [`IN${run}`, `in${run}`, `out${run}`, `dead${run}`];
    const { manager } = nats;
    const config: Partial<StreamConfig> = { storage: 'memory' };
    await manager.streams.add({ ...config, name: stream, subjects: [subjectIn] });
    await manager.streams.add({ ...config, name: `OUT${run}`, subjects: [subjectOut, dead] });
  });
  afterEach(async () => {
    const { manager } = nats;
    await manager.streams.delete(stream);
    await manager.streams.delete(`OUT${run}`);
  });

  const publish = async (...messages: readonly (string | Uint8Array)[]): Promise<void> => {
    const { js } = nats;
    for (const message of messages) await js.publish(subjectIn, message);
  };
  /** What stands in the results, and in the dead letters. */
  const stored = async (subject: string): Promise<readonly string[]> => {
    const { manager } = nats;
    const { state } = await manager.streams.info(`OUT${run}`);
    const found: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(`OUT${run}`, { seq });
      if (message?.subject === subject) found.push(message.string());
    }
    return found;
  };
  const pending = async (): Promise<number> => {
    const info = await nats.manager.consumers.info(stream, 'g');
    return info.num_pending + info.num_ack_pending;
  };

  it.each([
    [{ deliver_subject: 'elsewhere' }, /pushes its messages/],
    [{ ack_policy: 'none' }, /ack_policy is none/],
    [{ ack_policy: 'all' }, /ack_policy is all/],
    [{ headers_only: true }, /without their content/],
    [{ max_expires: 500e6 }, /ends requests after 500 ms/],
    [{ max_deliver: 5 }, /drops a message after 5 deliveries.*more than 5\. Change the consumer/],
  ] as const)('refuses a consumer that would lose headlines: %j', async (config, message) => {
    const { manager } = nats;
    await manager.consumers.add(stream, { durable_name: 'g', ack_policy: 'explicit', ...config });
    await publish('Ferry returns to port');
    await expect(firstValueFrom(jetStreamHeadlines({ connection, stream, group: 'g' }))).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringMatching(message) as string,
    });
    await manager.consumers.delete(stream, 'g');
    await manager.consumers.add(stream, { durable_name: 'g', ack_policy: 'explicit', max_deliver: 6 });
    await firstValueFrom(jetStreamHeadlines({ connection, stream, group: 'g' }));
  });

  it('settles a message once its result is stored, and forgets it then', async () => {
    await publish('Ferry returns to port', '{"title":"Rates held","guid":"a1","link":"https://example.org/1"}');
    const results = await firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(
        toJetStream({ connection, subject: subjectOut, encode: ({ title, guid }) => `${title}|${guid ?? '-'}` }),
        map(({ id, attempt }) => `${id} ${attempt}`),
        take(2),
        toArray(),
      ),
    );
    expect(results).toEqual([`${stream}:1 1`, `${stream}:2 1`]);
    expect(await stored(subjectOut)).toEqual(['Ferry returns to port|-', 'Rates held|a1']);
    await expect.poll(pending, PATIENT).toBe(0);
  });

  it('delivers again what was not settled, and stores its result once', async () => {
    await publish('one', 'two');
    // A worker that stores its results, and dies before it has said so.
    const held = await firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(
        map((delivery) => ({ ...delivery, settle: () => undefined })),
        toJetStream({ connection, subject: subjectOut, encode: ({ title }) => title }),
        take(2),
        toArray(),
      ),
    );
    expect(held).toHaveLength(2);
    // A server of version 2.9 may give one of them twice before it gives the other again.
    const again = await firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(
        toJetStream({ connection, subject: subjectOut, encode: ({ title }) => title }),
        scan((attempts, { id, attempt }) => attempts.set(id, attempt), new Map<string, number>()),
        filter(({ size }) => size === 2),
      ),
    );
    expect([...again.keys()].toSorted()).toEqual([`${stream}:1`, `${stream}:2`]);
    expect(Math.max(...again.values())).toBeGreaterThan(1);
    expect(await stored(subjectOut)).toEqual(['one', 'two']);
  });

  it('stores a result again once the duplicate window has passed', async () => {
    const { manager } = nats;
    await manager.streams.update(`OUT${run}`, { duplicate_window: 200e6 });
    await publish('one');
    // A worker that stores its result, is stopped for longer than the window, and has not said so.
    await firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(
        map((delivery) => ({ ...delivery, settle: () => undefined })),
        toJetStream({ connection, subject: subjectOut, encode: ({ title }) => title }),
        delay(600),
      ),
    );
    await firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(
        toJetStream({ connection, subject: subjectOut, encode: ({ title }) => title }),
      ),
    );
    expect(await stored(subjectOut)).toEqual(['one', 'one']);
    await expect.poll(pending, PATIENT).toBe(0);
  });

  it('says which messages the stream has removed before they were read', async () => {
    const { manager } = nats;
    await manager.streams.update(stream, { max_msgs: 3 });
    const events: WorkEvent[] = [];
    const read = (count: number) =>
      firstValueFrom(
        jetStreamHeadlines({ connection, stream, group: 'g', events: { next: (event) => events.push(event) } }).pipe(
          tap((delivery) => delivery.settle({ type: 'done' })),
          map(({ value }) => value.title),
          take(count),
          toArray(),
        ),
      );
    await publish('one');
    expect(await read(1)).toEqual(['one']);
    await publish('two', 'three', 'four', 'five', 'six');
    expect(await read(3)).toEqual(['four', 'five', 'six']);
    expect(events.filter(({ type }) => type === 'lost')).toMatchObject([{ id: stream, messages: 2 }]);
  });

  it('puts aside what is no headline, and what fails too often, with reason and place', async () => {
    await publish('{"title":""}', new Uint8Array([0xff, 0xfe]), 'bad', 'good');
    const events: WorkEvent[] = [];
    const attempts: number[] = [];
    await firstValueFrom(
      jetStreamHeadlines({
        connection,
        stream,
        group: 'g',
        maxAttempts: 2,
        deadLetters: dead,
        events: { next: (event) => events.push(event) },
      }).pipe(
        tap((delivery) => {
          if (delivery.value.title === 'good') {
            delivery.settle({ type: 'done' });
            return;
          }
          attempts.push(delivery.attempt);
          delivery.settle({ type: 'retry', reason: 'cannot be worked on' });
        }),
        take(3),
        toArray(),
        mergeMap(async () => expect.poll(() => stored(dead), PATIENT).toEqual(['{"title":""}', '\ufffd\ufffd', 'bad'])),
      ),
    );
    expect(attempts).toEqual([1, 2]);
    const buried = events.filter(({ type }) => type === 'dead-letter');
    expect(buried.map((event) => 'reason' in event && event.reason)).toEqual([
      'title is "", but must be a non-blank title',
      'not UTF-8',
      'cannot be worked on',
    ]);
    await expect.poll(pending, PATIENT).toBe(0);
  });

  it('holds no more than it may, and emits nothing while the valve is closed', async () => {
    await publish(...Array.from({ length: 50 }, (_, i) => `headline ${i}`));
    const brake = valve();
    const release = brake.hold();
    const emitted: string[] = [];
    const settles: (() => void)[] = [];
    const work = jetStreamHeadlines({ connection, stream, group: 'g', maxInFlight: 4, valve: brake }).subscribe(
      (delivery) => {
        emitted.push(delivery.id);
        settles.push(() => delivery.settle({ type: 'done' }));
      },
    );
    const unacknowledged = async () =>
      (await nats.manager.consumers.info(stream, 'g').catch(() => ({ num_ack_pending: 0 }))).num_ack_pending;
    await expect.poll(unacknowledged, PATIENT).toBe(4);
    expect(emitted).toEqual([]);
    release();
    await expect.poll(() => emitted.length, PATIENT).toBe(4);
    // What the client has asked for beyond that waits in it, within its own bound.
    expect(await unacknowledged()).toBeLessThanOrEqual(8);
    for (let done = 0; done < 50; done++) {
      await expect.poll(() => settles.length, PATIENT).toBeGreaterThan(done);
      settles[done]!();
    }
    await expect.poll(pending, PATIENT).toBe(0);
    expect(new Set(emitted).size).toBe(50);
    work.unsubscribe();
  });

  it('refuses a subject that no stream takes before it works on a headline', async () => {
    await publish('one');
    const work = firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g' }).pipe(toJetStream({ connection, subject: 'nowhere' })),
    );
    await expect(work).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('nowhere') as string,
    });
    expect(await pending().catch(() => 1)).toBe(1);
  });

  it('holds results while their stream is away, at the cost of no attempt', async () => {
    await publish('one', 'two');
    const events: WorkEvent[] = [];
    const told = { next: (event: WorkEvent) => events.push(event) };
    const { manager } = nats;
    // The lag is told from time to time, too.
    const names = () => events.map(({ type }) => type).filter((type) => type !== 'lag');
    const results = firstValueFrom(
      jetStreamHeadlines({ connection, stream, group: 'g', maxAttempts: 1, deadLetters: dead, events: told }).pipe(
        mergeMap(async (delivery) => {
          await manager.streams.delete(`OUT${run}`).catch(() => undefined);
          return delivery;
        }),
        toJetStream({ connection, subject: subjectOut, encode: ({ title }) => title, events: told }),
        map(({ attempt }) => attempt),
        take(2),
        toArray(),
      ),
    );
    await expect.poll(names, PATIENT).toEqual(['stalled']);
    await manager.streams.add({ storage: 'memory', name: `OUT${run}`, subjects: [subjectOut, dead] });
    expect(await results).toEqual([1, 1]);
    expect((await stored(subjectOut)).toSorted()).toEqual(['one', 'two']);
    expect(await stored(dead)).toEqual([]);
    expect(names()).toEqual(['stalled', 'resumed']);
  });

  it('puts aside a headline whose result is too large', async () => {
    await publish('one', 'two');
    const work = jetStreamHeadlines({ connection, stream, group: 'g', deadLetters: dead })
      .pipe(
        toJetStream({
          connection,
          subject: subjectOut,
          encode: ({ title }) => (title === 'one' ? 'x'.repeat(1_100_000) : title),
        }),
      )
      .subscribe();
    await expect.poll(() => stored(dead), PATIENT).toEqual(['one']);
    expect(await stored(subjectOut)).toEqual(['two']);
    work.unsubscribe();
  });

  it('goes on after its consumer was deleted, and after the whole stream was', async () => {
    const { manager } = nats;
    const events: WorkEvent[] = [];
    const titles: string[] = [];
    const reading = jetStreamHeadlines({
      ...{ connection, stream, group: 'g', events: { next: (event) => events.push(event) } },
    }).subscribe((delivery) => {
      titles.push(delivery.value.title);
      delivery.settle({ type: 'done' });
    });
    await publish('one');
    await expect.poll(() => titles, PATIENT).toEqual(['one']);
    await manager.consumers.delete(stream, 'g');
    await expect.poll(() => titles, PATIENT).toEqual(['one', 'one']);
    await manager.streams.delete(stream);
    await manager.streams.add({ storage: 'memory', name: stream, subjects: [subjectIn] });
    await publish('two');
    await expect.poll(() => titles, PATIENT).toEqual(['one', 'one', 'two']);
    reading.unsubscribe();
    const reasons = events.flatMap((event) =>
      event.type === 'unreadable' && event.from === stream ? event.reason : [],
    );
    expect(reasons.length).toBeGreaterThanOrEqual(2);
    expect(reasons[0]).toContain('is made again');
  });

  it('says which stream is missing', async () => {
    await expect(firstValueFrom(jetStreamHeadlines({ connection, stream: 'NONE', group: 'g' }))).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('The stream NONE of nats://') as string,
    });
  });
});
