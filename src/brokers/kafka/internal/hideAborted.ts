import type { Consumer } from '@platformatic/kafka';

/** A broker's response to a fetch request. */
type Fetched = Awaited<ReturnType<Consumer['fetch']>>;
type Partition = Fetched['responses'][number]['partitions'][number];
type Batch = NonNullable<Partition['records']>[number];

/** Attribute bits of a record batch, from the message format of Kafka (version 2). */
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

/**
 * Whether a batch is an abort marker, which ends an aborted transaction. Its key is a version and a type, two bytes
 * each.
 */
const isAbortMark = ({ attributes, records: [mark] }: Batch): boolean =>
  (attributes & CONTROL) !== 0 && mark?.key?.readInt16BE(2) === 0;

const hideIn = ({ records, abortedTransactions }: Partition): void => {
  const begins = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  if (begins.length === 0) return;
  /** The producers whose current transactions in this partition are aborted. */
  const aborted = new Set<bigint>();
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (begins[0] !== undefined && begins[0].firstOffset <= last) aborted.add(begins.shift()!.producerId);
    if (isAbortMark(batch)) aborted.delete(batch.producerId);
    else if ((batch.attributes & TRANSACTIONAL) !== 0 && aborted.has(batch.producerId)) batch.attributes |= CONTROL;
  }
};

/**
 * Hides the messages of aborted transactions, as Kafka's own client does. The broker lists the aborted transactions in
 * the order of their first messages, and an abort marker ends each. Hidden batches become control batches, which a
 * reader skips. If they were removed, the reader would not advance past them.
 *
 * `@platformatic/kafka` 2.12 hides an aborted transaction only if its end marker is in the same response. The marker
 * comes later if another transaction is still open between the messages and the marker.
 */
export const hideAborted = ({ responses }: Fetched): void => {
  for (const { partitions } of responses) for (const partition of partitions) hideIn(partition);
};
