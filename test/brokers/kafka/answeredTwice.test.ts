import { Consumer } from '@platformatic/kafka';
import { firstValueFrom, take, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';
import { kafkaLog } from '../../../src/brokers/kafka/kafkaLog.js';
import { toKafka } from '../../../src/brokers/kafka/toKafka.js';
import { noKafka } from './kafkaServer.js';
import { committedOf } from './readCommitted.js';
import { useKafka } from './useKafka.js';

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type Answer = (error: Error | null, fetched?: Fetched) => void;

/**
 * When a partition gets another leader, the client requests the same messages from it while the request to the earlier
 * one is unanswered. If both answer, its stream passes the messages on twice. Here each request is answered twice.
 */
const answerTwice = (): void => {
  const fetch = Reflect.get(Consumer.prototype, 'fetch') as (this: Consumer, options: unknown, answer: Answer) => void;
  vi.spyOn(Consumer.prototype, 'fetch').mockImplementation(function (this: Consumer, options: unknown, answer: Answer) {
    fetch.call(this, options, (error, fetched) => {
      answer(error, fetched);
      if (fetched !== undefined) answer(null, fetched);
    });
  } as Consumer['fetch']);
};

describe.skipIf(noKafka !== undefined)('messages that the client passes on twice', () => {
  const started = useKafka();
  const { client } = started;
  const TITLES = ['a', 'b', 'c', 'd'];
  let run = 0;
  let from = '';
  let to = '';

  beforeEach(async () => {
    answerTwice();
    run += 1;
    [from, to] = [`from${run}`, `to${run}`];
    for (const topic of [from, to]) await started.admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await started.producer.send({ messages: TITLES.map((value) => ({ topic: from, key: 'k', value })) });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are classified once', async () => {
    const results = await firstValueFrom(
      kafkaHeadlines({ client: client(), topic: from, group: 'g' }).pipe(
        toKafka({ client: client(), topic: to, encode: ({ title }) => title }),
        take(TITLES.length),
        toArray(),
      ),
    );
    expect(results.map(({ value }) => value.title)).toEqual(TITLES);
    // What comes twice would be stored before this one.
    await started.producer.send({ messages: [{ topic: from, key: 'k', value: 'last' }] });
    await firstValueFrom(
      kafkaHeadlines({ client: client(), topic: from, group: 'g' }).pipe(
        toKafka({ client: client(), topic: to, encode: ({ title }) => title }),
      ),
    );
    expect(await committedOf(client(), to)).toEqual([...TITLES, 'last']);
  });

  it('are one message of a log', async () => {
    const found: string[] = [];
    for await (const { value } of kafkaLog({ client: client(), topic: from })) {
      found.push(Buffer.from(value).toString());
      if (found.length === TITLES.length)
        await started.producer.send({ messages: [{ topic: from, key: 'k', value: 'last' }] });
      if (found.at(-1) === 'last') break;
    }
    expect(found).toEqual([...TITLES, 'last']);
  });

  it('are one message of a topic that is read whole', async () => {
    expect(await committedOf(client(), from)).toEqual(TITLES);
  });
});
