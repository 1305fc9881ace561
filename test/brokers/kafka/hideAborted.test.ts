import type { Consumer } from '@platformatic/kafka';
import { expect, it } from 'vitest';
import { hideAborted } from '../../../src/brokers/kafka/internal/hideAborted.js';

type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type Batch = NonNullable<Fetched['responses'][number]['partitions'][number]['records']>[number];

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

const batch = (offset: number, producer: number, attributes: number, key: Buffer | null = null): Batch => ({
  firstOffset: BigInt(offset),
  length: 1,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes,
  lastOffsetDelta: 0,
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  producerId: BigInt(producer),
  producerEpoch: 0,
  firstSequence: 0,
  records: [
    {
      length: 1,
      attributes: 0,
      timestampDelta: 0n,
      offsetDelta: 0,
      key: key ?? Buffer.alloc(0),
      value: Buffer.alloc(0),
      headers: [],
    },
  ],
});
const sent = (offset: number, producer: number) => batch(offset, producer, TRANSACTIONAL);
const plain = (offset: number) => batch(offset, -1, 0);
const mark = (offset: number, producer: number, type: 0 | 1) =>
  batch(offset, producer, TRANSACTIONAL | CONTROL, Buffer.from([0, 0, 0, type]));

/** The offsets that a reader shows. */
const shown = (records: Batch[], aborted: readonly (readonly [producer: number, first: number])[]) => {
  const fetched: Fetched = {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [
      {
        topicId: '',
        partitions: [
          {
            partitionIndex: 0,
            errorCode: 0,
            highWatermark: 0n,
            lastStableOffset: 0n,
            logStartOffset: 0n,
            abortedTransactions: aborted.map(([producer, first]) => ({
              producerId: BigInt(producer),
              firstOffset: BigInt(first),
            })),
            preferredReadReplica: -1,
            records,
          },
        ],
      },
    ],
  };
  hideAborted(fetched);
  return records.filter(({ attributes }) => (attributes & CONTROL) === 0).map(({ firstOffset }) => Number(firstOffset));
};

it('hides an aborted transaction whose mark is not there yet', () => {
  expect(shown([plain(0), sent(1, 7), plain(2), sent(3, 7)], [[7, 1]])).toEqual([0, 2]);
});

it('hides one that began before what was fetched, and shows what its producer sent after its end', () => {
  expect(shown([sent(5, 7), mark(6, 7, 0), sent(7, 7), mark(8, 7, 1)], [[7, 2]])).toEqual([7]);
});

it('hides several of one producer, and none of another', () => {
  const records = [sent(0, 7), mark(1, 7, 0), sent(2, 8), sent(3, 7), mark(4, 8, 1), mark(5, 7, 0), sent(6, 7)];
  const aborted = [
    [7, 3],
    [7, 0],
  ] as const;
  expect(shown(records, aborted)).toEqual([2, 6]);
});
