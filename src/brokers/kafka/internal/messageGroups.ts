import { hasApiId } from './hasApiId.js';

/** A message for the producer. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key?: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when the broker refuses this message for its size. Throws the error if it cannot be sent in any form. */
  readonly refused: (error: unknown) => void;
}

/** The maximum size of a record without its key, value and headers, in bytes. */
const OVERHEAD = 100;

const bytesOf = ({ key, value, headers }: OutgoingMessage): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + Buffer.byteLength(text),
    OVERHEAD + (key?.length ?? 0) + value.length,
  );

/**
 * Divides messages into groups of at most `most` bytes, in order; a larger message is a group of its own. A broker
 * refuses a batch of records that exceeds its `message.max.bytes`, and the client sends the messages of one call as one
 * batch.
 */
export const messageGroups = (
  messages: readonly OutgoingMessage[],
  most: number,
): readonly (readonly OutgoingMessage[])[] => {
  const groups: OutgoingMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const own = bytesOf(message);
    if (bytes + own > most) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(message);
    bytes += own;
  }
  return groups;
};

/** The messages as the client takes them. */
export const records = (messages: readonly OutgoingMessage[]) =>
  messages.map(({ topic, key, value, headers }) => ({ topic, value, headers, ...(key !== undefined && { key }) }));

/** Whether an error of the client says that the broker refused messages for their size. */
export const isTooLarge = (error: unknown): boolean => hasApiId(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE');
