/**
 * Headlines from NATS JetStream, and results to it. For Node; needs `@nats-io/jetstream` and `@nats-io/transport-node`.
 *
 * It is not part of `headwater` itself, so that only programs that use it install the clients.
 *
 * @module headwater/nats
 */
export type { WorkEvent, WorkEvents } from '../brokers/WorkEvent.js';
export { jetStreamHeadlines } from '../brokers/nats/jetStreamHeadlines.js';
export type { JetStreamHeadlinesOptions } from '../brokers/nats/JetStreamHeadlinesOptions.js';
export type { ModelStore } from '../brokers/models/ModelStore.js';
export type { Publication, PublishedModels, StoredFile, StoredModel } from '../brokers/models/PublishedModels.js';
export { jetStreamModels, type JetStreamModelsOptions } from '../brokers/nats/jetStreamModels.js';
export { natsConnection } from '../brokers/nats/natsConnection.js';
export { toJetStream, type ToJetStreamOptions } from '../brokers/nats/toJetStream.js';
