/** A message as the producer takes it. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a record takes besides its key, value and headers, in bytes, at most. */
const OVERHEAD = 100;

const bytesOf = ({ key, value, headers }: OutgoingMessage): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + Buffer.byteLength(text),
    OVERHEAD + key.length + value.length,
  );

/**
 * Messages in groups of at most so many bytes, in their order; one that is larger is a group by itself. A broker refuses
 * a batch of records that is larger than its `message.max.bytes`, and the client sends what it is given as one.
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

/** What a broker calls messages that are larger than it takes. */
const TOO_LARGE: readonly unknown[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** Whether a broker has refused messages for their size, as an error of the client says it. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (('apiId' in error && TOO_LARGE.includes(error.apiId)) ||
    (error instanceof AggregateError && error.errors.some(isTooLarge)) ||
    isTooLarge(error.cause));
