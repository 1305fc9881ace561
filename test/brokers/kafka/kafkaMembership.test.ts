import { expect, it } from 'vitest';
import { kafkaHeadlines } from '../../../src/brokers/kafka/kafkaHeadlines.js';

it('a worker refuses static membership, because workers share their options', () => {
  const client = { bootstrapBrokers: ['127.0.0.1:9092'], groupInstanceId: 'a' };
  expect(() => kafkaHeadlines({ client, topic: 'headlines', group: 'news' })).toThrow(
    /groupInstanceId.*Leave the option out/,
  );
});

it('a worker accepts that option where it is undefined', () => {
  const client = { bootstrapBrokers: ['127.0.0.1:9092'], groupInstanceId: undefined };
  expect(() => kafkaHeadlines({ client, topic: 'headlines', group: 'news' })).not.toThrow();
});
