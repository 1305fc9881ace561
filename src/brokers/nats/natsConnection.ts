import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { needsNats } from './internal/needsNats.js';

/**
 * What opens a connection to NATS: for `jetStreamHeadlines` and `toJetStream`, which close it at their end.
 *
 * @param options those of `connect` of `@nats-io/transport-node`
 */
export const natsConnection = (options: NodeConnectionOptions) => async (): Promise<NatsConnection> => {
  const { connect } = await needsNats(() => import('@nats-io/transport-node'));
  return connect(options);
};
