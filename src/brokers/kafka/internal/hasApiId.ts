/** Whether an error of the client, or one of its causes, satisfies a condition. */
export const saysError = (error: unknown, passes: (error: Error) => boolean): boolean =>
  error instanceof Error &&
  (passes(error) ||
    (error instanceof AggregateError && error.errors.some((one) => saysError(one, passes))) ||
    saysError(error.cause, passes));

/** Whether a broker answered with one of these error codes of the protocol, such as `OFFSET_OUT_OF_RANGE`. */
export const hasApiId = (error: unknown, ...ids: readonly unknown[]): boolean =>
  saysError(error, (one) => 'apiId' in one && ids.includes(one.apiId));

/** Whether an error says that a topic does not exist. */
export const saysNoTopic = (error: unknown): boolean =>
  hasApiId(error, 'UNKNOWN_TOPIC_OR_PARTITION') ||
  saysError(error, ({ message }) => message.startsWith('Unknown topic'));
