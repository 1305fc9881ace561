import { needsNats } from './needsNats.js';

/** NATS JetStream's client. */
export const loadJetStream = () => needsNats(() => import('@nats-io/jetstream'));
