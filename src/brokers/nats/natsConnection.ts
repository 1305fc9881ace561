import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { needsNats } from './internal/needsNats.js';

/**
 * Makes a function that opens a connection to NATS. `jetStreamHeadlines` and `toJetStream` accept it as their
 * `connection`, and close the connection at their end.
 *
 * Errors: the promise rejects with `HW_USAGE` if the client is not installed, and with the errors of `connect`.
 *
 * @param options the options of `connect` of `@nats-io/transport-node`: `servers`, and those for TLS and login
 *
 * @example
 * ```ts
 * import { jetStreamHeadlines, natsConnection } from 'headwater/nats';
 * import { map } from 'rxjs';
 *
 * const connection = natsConnection({ servers: ['nats://127.0.0.1:4222'], maxReconnectAttempts: -1 });
 * export const titles$ = jetStreamHeadlines({ connection, stream: 'HEADLINES', group: 'news' }).pipe(
 *   map(({ value }) => value.title),
 * );
 * ```
 */
export const natsConnection = (options: NodeConnectionOptions) => async (): Promise<NatsConnection> => {
  const { connect } = await needsNats(() => import('@nats-io/transport-node'), ['connect']);
  return connect(options);
};
