import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { needsNats } from './internal/needsNats.js';

/**
 * Makes a function that opens a connection to NATS. `jetStreamHeadlines` and `toJetStream` take it as their `connection`
 * and close what it opened at their end.
 *
 * Errors: the promise rejects with `HW_USAGE` where the client is not installed, and with what `connect` rejects with.
 *
 * @param options those of `connect` of `@nats-io/transport-node`: `servers`, and those for TLS and log-in
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
  const { connect } = await needsNats(() => import('@nats-io/transport-node'));
  return connect(options);
};
