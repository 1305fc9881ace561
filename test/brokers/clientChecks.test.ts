import { describe, expect, it } from 'vitest';
import { kafkaHeadlines } from '../../src/brokers/kafka/kafkaHeadlines.js';
import { kafkaModels } from '../../src/brokers/kafka/kafkaModels.js';
import { toKafka } from '../../src/brokers/kafka/toKafka.js';
import { loadKafka } from '../../src/brokers/kafka/internal/loadKafka.js';
import { jetStreamHeadlines } from '../../src/brokers/nats/jetStreamHeadlines.js';
import { jetStreamModels } from '../../src/brokers/nats/jetStreamModels.js';
import { toJetStream } from '../../src/brokers/nats/toJetStream.js';
import { needsNats } from '../../src/brokers/nats/internal/needsNats.js';

const client = { bootstrapBrokers: ['127.0.0.1:9092'] };
const connection = () => Promise.reject(new Error('not opened'));

describe('the options of a broker', () => {
  // A program in JavaScript can leave out what the types require.
  const calls: readonly (readonly [name: string, option: string, call: () => unknown])[] = [
    ['kafkaHeadlines', 'client', () => kafkaHeadlines({ topic: 't', group: 'g' } as never)],
    ['kafkaHeadlines', 'client', () => kafkaHeadlines({ client: { bootstrapBrokers: [] }, topic: 't', group: 'g' })],
    ['kafkaHeadlines', 'topic', () => kafkaHeadlines({ client, group: 'g' } as never)],
    ['kafkaHeadlines', 'group', () => kafkaHeadlines({ client, topic: 't', group: '' })],
    ['toKafka', 'client', () => toKafka({ client: 'kafka://b1', topic: 't' } as never)],
    ['toKafka', 'topic', () => toKafka({ client } as never)],
    ['kafkaModels', 'client', () => kafkaModels({ topic: 't' } as never)],
    ['kafkaModels', 'topic', () => kafkaModels({ client } as never)],
    ['jetStreamHeadlines', 'connection', () => jetStreamHeadlines({ stream: 's', group: 'g' } as never)],
    ['jetStreamHeadlines', 'stream', () => jetStreamHeadlines({ connection, group: 'g' } as never)],
    ['jetStreamHeadlines', 'group', () => jetStreamHeadlines({ connection, stream: 's' } as never)],
    ['toJetStream', 'connection', () => toJetStream({ connection: 'nats://n1', subject: 's' } as never)],
    ['toJetStream', 'subject', () => toJetStream({ connection, subject: '' })],
    ['jetStreamModels', 'connection', () => jetStreamModels({ bucket: 'b' } as never)],
    ['jetStreamModels', 'bucket', () => jetStreamModels({ connection } as never)],
  ];
  it.each(calls)('%s names a wrong %s', (name, option, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(call).toThrow(new RegExp(`^${name}: ${option} is `));
  });
});

describe('the client of a broker', () => {
  const absent = (name: string) =>
    Promise.reject(
      Object.assign(new Error(`Cannot find package '${name}' imported from /a.js`), {
        code: 'ERR_MODULE_NOT_FOUND',
      }),
    );

  it('is named with the command that installs it, where it is missing, damaged or too old', async () => {
    const loading = [
      loadKafka('24.0.0', () => absent('@platformatic/kafka')),
      loadKafka('24.0.0', () => absent('@platformatic/wasm-utils')),
      loadKafka('24.0.0', () => Promise.resolve({ Consumer: Error } as never)),
      needsNats(() => absent('@nats-io/jetstream'), []),
      needsNats(() => Promise.reject(new SyntaxError('Unexpected token')), []),
    ];
    const messages = await Promise.all(
      loading.map((one) =>
        one.then(
          () => 'loaded',
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'HW_USAGE' });
            return error instanceof Error ? error.message : '';
          },
        ),
      ),
    );
    expect(messages).toEqual([
      'Kafka needs the package @platformatic/kafka, and it is not installed. ' +
        'Install it: npm install @platformatic/kafka',
      expect.stringMatching(/loading failed: Cannot find package '@platformatic\/wasm-utils'.*Install again: npm/),
      expect.stringMatching(/the installed version has no Admin, Producer, .*: npm install @platformatic\/kafka$/),
      expect.stringMatching(
        /^NATS JetStream needs the packages .* they are not installed\. Install them: npm install /,
      ),
      expect.stringMatching(/loading failed: Unexpected token\. Install again: /),
    ]);
  });
});
