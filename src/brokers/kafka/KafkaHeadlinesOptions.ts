import type { SchedulerLike } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';
import type { WorkEvents } from '../WorkEvent.js';
import type { KafkaClient } from './KafkaClient.js';

/** Options of `kafkaHeadlines`. */
export interface KafkaHeadlinesOptions {
  /** The connection to Kafka: `bootstrapBrokers`, and the client's own options for TLS and SASL. */
  readonly client: KafkaClient;
  /** The name of an existing topic. */
  readonly topic: string;
  /** The consumer group that all workers share. */
  readonly group: string;
  /**
   * After this many milliseconds without a heartbeat, the partitions of this member go to the others. Default 10,000.
   * The broker has its own limits (6 s to 30 min by default).
   */
  readonly sessionTimeout?: number | undefined;
  /** The most messages that may be held and not settled, at least 1. Default 4096. */
  readonly maxInFlight?: number | undefined;
  /** The number of deliveries after which a message is given up, at least 1. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** The topic for dead letters, on the same brokers. Default: none; they are then only reported to `events`. */
  readonly deadLetters?: string | undefined;
  /** While it is closed, no message is emitted and fetching soon stops; heartbeats continue. Default: always open. */
  readonly valve?: Valve | undefined;
  /** Receives the events other than headlines. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The clock of `seen`, and the timer of commits. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}
