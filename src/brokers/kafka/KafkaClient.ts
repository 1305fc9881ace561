import type { BaseOptions } from '@platformatic/kafka';

/** The connection to Kafka: the options of `@platformatic/kafka`, including those for TLS and SASL. */
export type KafkaClient = Omit<BaseOptions, 'clientId'> & { readonly clientId?: string | undefined };
