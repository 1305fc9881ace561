/**
 * Headlines from Apache Kafka, and results to it, exactly once. For Node 22.22 and later; needs `@platformatic/kafka`.
 *
 * It is not part of `headwater` itself, so that only programs that use it install the client.
 *
 * @module headwater/kafka
 */
export type { WorkEvent, WorkEvents } from '../brokers/WorkEvent.js';
export type { KafkaClient } from '../brokers/kafka/KafkaClient.js';
export type { KafkaDelivery, KafkaOrigin } from '../brokers/kafka/KafkaDelivery.js';
export { kafkaModels, type KafkaModelsOptions } from '../brokers/kafka/kafkaModels.js';
export type { ModelStore } from '../brokers/models/ModelStore.js';
export type { Publication, PublishedModels, StoredFile, StoredModel } from '../brokers/models/PublishedModels.js';
export { kafkaHeadlines } from '../brokers/kafka/kafkaHeadlines.js';
export type { KafkaHeadlinesOptions } from '../brokers/kafka/KafkaHeadlinesOptions.js';
export { toKafka, type ToKafkaOptions } from '../brokers/kafka/toKafka.js';
