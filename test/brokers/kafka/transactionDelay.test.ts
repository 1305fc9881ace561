import { expect, it } from 'vitest';
import { transactionDelay } from '../../../src/brokers/kafka/internal/openProducer.js';

/** A refusal as the client reports it: the code of the protocol is in one of several inner errors. */
const refusedWith = (apiId: string): Error =>
  new AggregateError([Object.assign(new Error('refused'), { apiId })], 'Received response with error');

const delays = (usual: Parameters<typeof transactionDelay>[0], error: Error, attempts: readonly number[]) =>
  attempts.map((attempt) => transactionDelay(usual)({}, 'addPartitionsToTransaction', attempt, 20, error));

it('is short at first while the broker still ends the last transaction, and then doubles up to the usual delay', () => {
  const busy = refusedWith('CONCURRENT_TRANSACTIONS');
  expect(delays(500, busy, [1, 2, 3, 7, 8, 20])).toEqual([5, 10, 20, 320, 500, 500]);
  expect(delays(undefined, busy, [1, 20])).toEqual([5, 1000]);
  expect(delays(2, busy, [1, 2])).toEqual([2, 2]);
});

it('is the usual one for every other error, also where that is a function', () => {
  const other = refusedWith('NOT_COORDINATOR');
  expect(delays(500, other, [1, 5])).toEqual([500, 500]);
  expect(delays((_, __, attempt) => attempt * 100, other, [1, 5])).toEqual([100, 500]);
});
