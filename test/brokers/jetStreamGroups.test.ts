import { asyncScheduler, firstValueFrom, map, of, take, toArray, VirtualTimeScheduler } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { jetStreamHeadlines } from '../../src/brokers/nats/jetStreamHeadlines.js';
import type { JetStreamHeadlinesOptions } from '../../src/brokers/nats/JetStreamHeadlinesOptions.js';
import { toJetStream } from '../../src/brokers/nats/toJetStream.js';
import type { WorkEvent } from '../../src/brokers/WorkEvent.js';
import { natsProgram } from './natsServer.js';
import { PATIENT } from './patience.js';
import { useNats } from './useNats.js';

describe.skipIf(natsProgram === undefined)('a group on JetStream', () => {
  const nats = useNats();
  let run = 0;
  let stream = '';
  let subject = '';
  let out = '';
  beforeEach(async () => {
    run += 1;
    [stream, subject, out] = [`IN${run}`, `in${run}`, `out${run}`];
    await nats.manager.streams.add({ storage: 'memory', name: stream, subjects: [subject] });
    await nats.manager.streams.add({ storage: 'memory', name: `OUT${run}`, subjects: [`${out}.>`] });
  });
  const read = (options: Partial<JetStreamHeadlinesOptions> = {}) =>
    jetStreamHeadlines({ connection: nats.connection, stream, group: 'g', ...options });
  const store = (name: string) =>
    toJetStream<{ readonly title: string }>({ connection: nats.connection, subject: name });

  it('stores its own results, though another group or subject has some of the same headlines', async () => {
    await nats.js.publish(subject, 'Ferry returns');
    for (const group of ['a', 'b']) {
      const delivery = await firstValueFrom(read({ group }));
      for (const to of ['x', 'y', 'x']) await firstValueFrom(of(delivery).pipe(store(`${out}.${to}`)));
    }
    expect((await nats.manager.streams.info(`OUT${run}`)).state.messages).toBe(4);
  });

  it('shows signs of life as often as its consumer wants, also after a change of the consumer', async () => {
    const schedule = vi.spyOn(asyncScheduler, 'schedule');
    const delays = () => schedule.mock.calls.map(([, delay]) => delay);
    const { consumers } = nats.manager;
    await consumers.add(stream, { durable_name: 'g', ack_policy: 'explicit', ack_wait: 60e9 });
    const first = read({ ackWait: 30_000 }).subscribe();
    await expect.poll(delays, PATIENT).toContain(20_000);
    first.unsubscribe();
    await consumers.update(stream, 'g', { ack_wait: 9e9, max_deliver: 10, backoff: [6e9, 9e9] });
    const second = read({ ackWait: 30_000 }).subscribe();
    await expect.poll(delays, PATIENT).toContain(2000);
    second.unsubscribe();
    schedule.mockRestore();
  });

  it('reads by a consumer that allows few messages and a short time for a request', async () => {
    const limits = { max_batch: 3, max_expires: 2e9 };
    await nats.manager.consumers.add(stream, { durable_name: 'g', ack_policy: 'explicit', ...limits });
    for (let i = 0; i < 5; i++) await nats.js.publish(subject, `Ferry ${i}`);
    const titles = await firstValueFrom(
      read().pipe(
        map(({ value }) => value.title),
        take(5),
        toArray(),
      ),
    );
    expect(titles).toEqual(['Ferry 0', 'Ferry 1', 'Ferry 2', 'Ferry 3', 'Ferry 4']);
  });

  it('refuses a subject of dead letters that no stream takes', async () => {
    await expect(firstValueFrom(read({ deadLetters: 'nowhere' }))).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('No JetStream stream takes the subject nowhere') as string,
    });
  });

  it('puts aside a part of a message that is too large for a dead letter, or nothing of it', async () => {
    // The server takes one MiB with the headers.
    await nats.js.publish(subject, new Uint8Array(1_048_570).fill(255));
    const buried = async (): Promise<WorkEvent> => {
      const events: WorkEvent[] = [];
      const reading = read({ deadLetters: `${out}.dead`, events: { next: (event) => events.push(event) } }).subscribe();
      const found = () => events.find(({ type }) => type === 'dead-letter' || type === 'unsettled');
      await expect.poll(found, PATIENT).toBeDefined();
      reading.unsubscribe();
      return found()!;
    };
    expect(await buried()).toMatchObject({ type: 'dead-letter', reason: 'not UTF-8' });
    await nats.manager.streams.update(`OUT${run}`, { max_msg_size: 1000 });
    await nats.js.publish(subject, new Uint8Array(20_000).fill(255));
    expect(await buried()).toMatchObject({ type: 'dead-letter' });
    const letters = await Promise.all([1, 2].map((seq) => nats.manager.streams.getMessage(`OUT${run}`, { seq })));
    expect(letters.map((letter) => [letter?.data.length, letter?.header.get('Headwater-Bytes')])).toEqual([
      [16_384, '1048570'],
      [0, '20000'],
    ]);
  });

  it('says which messages the stream has removed before they were read, also while it reads', async () => {
    await nats.manager.streams.update(stream, { max_msgs: 3 });
    for (let i = 1; i <= 10; i++) await nats.js.publish(subject, `Ferry ${i}`);
    const scheduler = new VirtualTimeScheduler(undefined, 0);
    const events: WorkEvent[] = [];
    const lost = () => events.flatMap((event) => (event.type === 'lost' ? [event.messages] : []));
    const titles: string[] = [];
    let settleFirst = (): void => undefined;
    const reading = read({
      ...{ scheduler, maxInFlight: 1, maxAckPending: 1, events: { next: (event) => events.push(event) } },
    }).subscribe((delivery) => {
      const done = () => delivery.settle({ type: 'done' });
      if (titles.push(delivery.value.title) === 1) settleFirst = done;
      else done();
    });
    await expect.poll(() => titles, PATIENT).toEqual(['Ferry 8']);
    for (let i = 11; i <= 20; i++) await nats.js.publish(subject, `Ferry ${i}`);
    settleFirst();
    await expect.poll(() => titles.at(-1), PATIENT).toBe('Ferry 20');
    /** How many were lost, after the stream was asked again. */
    const ask = (): number => {
      scheduler.maxFrames += 5000;
      scheduler.flush();
      return lost().reduce((sum, messages) => sum + messages, 0);
    };
    // Not the seven that were removed before there was a group.
    expect(titles.length).toBeLessThan(10);
    await expect.poll(ask, PATIENT).toBe(20 - 7 - titles.length);
    await nats.js.publish(subject, 'Ferry 21');
    await expect.poll(() => titles.at(-1), PATIENT).toBe('Ferry 21');
    expect(ask()).toBe(20 - 7 - (titles.length - 1));
    reading.unsubscribe();
  });
});
