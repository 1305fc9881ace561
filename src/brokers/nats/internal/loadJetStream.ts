import { needsNats } from './needsNats.js';

/** Loads the client of NATS JetStream. */
export const loadJetStream = () =>
  needsNats(() => import('@nats-io/jetstream'), ['jetstream', 'AckPolicy', 'DeliverPolicy']);
