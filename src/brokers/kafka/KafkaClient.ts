import type { BaseOptions } from '@platformatic/kafka';

/** How Kafka is reached: the options of `@platformatic/kafka`, those for TLS and SASL among them. */
export type KafkaClient = Omit<BaseOptions, 'clientId'> & { readonly clientId?: string | undefined };
