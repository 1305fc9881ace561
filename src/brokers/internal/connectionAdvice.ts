/** What is wrong with a connection or a group, as a pattern of the client's messages, and what to do. */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /(?:topic|group|cluster|transactional ?id) authorization failed|permissions? violation/i,
    'The user has too few permissions there: docs/scale.md has those that a worker needs.',
  ],
  [
    /authoriz|authenticat|sasl|credential/i,
    'Check the user, the password or the token: they are options of the client (--broker-options).',
  ],
  [
    /certificate|self[- ]signed|altname|unable to (?:verify|get)/i,
    "Give the certificate of the server's authority, or the server name that is in it, in the client's option tls " +
      '(--broker-options).',
  ],
  [
    /does not support 'tls'|wrong version number|EPROTO|packet length too long/i,
    "The server's port has no TLS: leave the client's option tls out, or give the port with TLS.",
  ],
  [
    /supported protocols are incompatible/i,
    'Other programs of this group share its partitions in another way: choose another group (--group).',
  ],
  [
    /session timeout is not within the range/i,
    'Choose another session timeout (--session-timeout), or change these limits of the broker.',
  ],
  [/tls (?:is )?required|secure connection/i, "The server wants TLS: give the client's option tls (--broker-options)."],
];

/** The messages of an error, of its causes, and of the errors that it collects. */
const messagesOf = (error: unknown, depth = 0): readonly string[] => {
  if (!(error instanceof Error) || depth > 5) return [];
  const collected = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return [error.message, ...[error.cause, ...collected].flatMap((inner) => messagesOf(inner, depth + 1))];
};

/**
 * What to do about a connection that failed.
 *
 * @param otherwise the advice if the error does not say that log-in or TLS is the reason
 */
export const connectionAdvice = (error: unknown, otherwise: string): string => {
  const messages = messagesOf(error).join('\n');
  return ADVICE.find(([pattern]) => pattern.test(messages))?.[1] ?? otherwise;
};
