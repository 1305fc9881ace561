/**
 * A message of a topic. Its key may be missing, although the client's types do not say so; a message without a value
 * (tombstone) deletes the key.
 */
export interface TopicMessage {
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly offset: bigint;
}
