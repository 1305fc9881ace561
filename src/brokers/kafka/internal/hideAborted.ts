import type { Consumer } from '@platformatic/kafka';

/** What a broker answers to a request for messages. */
type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type Partition = Fetched['responses'][number]['partitions'][number];
type Batch = NonNullable<Partition['records']>[number];

/** Bits of a batch's attributes, as the format of Kafka's messages (version 2) has them. */
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

/** Whether a batch is the mark with which a transaction ends that was aborted: version and type, two bytes each. */
const isAbortMark = ({ attributes, records: [mark] }: Batch): boolean =>
  (attributes & CONTROL) !== 0 && mark?.key?.readInt16BE(2) === 0;

const hideIn = ({ records, abortedTransactions }: Partition): void => {
  const begins = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  if (begins.length === 0) return;
  /** The producers whose transactions here are aborted ones. */
  const aborted = new Set<bigint>();
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (begins[0] !== undefined && begins[0].firstOffset <= last) aborted.add(begins.shift()!.producerId);
    if (isAbortMark(batch)) aborted.delete(batch.producerId);
    else if ((batch.attributes & TRANSACTIONAL) !== 0 && aborted.has(batch.producerId)) batch.attributes |= CONTROL;
  }
};

/**
 * Hides the messages of aborted transactions, as Kafka's own client does: the broker names the transactions, in the
 * order of their first messages, and the mark of an abort ends one. Hidden batches become control batches, over which
 * a reader passes without showing them: taken out, they would leave it where it is.
 *
 * `@platformatic/kafka` 2.12 hides an aborted transaction only where the mark of its end came in the same answer. The
 * mark comes later wherever another transaction is still open between the messages and the mark.
 */
export const hideAborted = ({ responses }: Fetched): void => {
  for (const { partitions } of responses) for (const partition of partitions) hideIn(partition);
};
