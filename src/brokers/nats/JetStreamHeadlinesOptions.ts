import type { NatsConnection } from '@nats-io/transport-node';
import type { SchedulerLike } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';
import type { WorkEvents } from '../WorkEvent.js';

/** Options of `jetStreamHeadlines`. */
export interface JetStreamHeadlinesOptions {
  /**
   * A connection of `@nats-io/transport-node`, with your own options for TLS and login; or a function that opens one. A
   * connection that the function opened is closed at the end; one that is passed in stays open.
   */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  /** The name of an existing stream. */
  readonly stream: string;
  /** The name of the durable consumer that all workers of a group share. It is created if it does not exist. */
  readonly group: string;
  /** A subject within the stream. Default: all. Used only when the consumer is created. */
  readonly subject?: string | undefined;
  /**
   * The most messages that may be delivered and unsettled, over all workers of the group; at least 1. Default 4096.
   * Used only when the consumer is created.
   */
  readonly maxAckPending?: number | undefined;
  /** The most messages that this worker may hold, at least 1. Default 1024. */
  readonly maxInFlight?: number | undefined;
  /**
   * A message is delivered to another worker after this many milliseconds without a sign of life from its worker.
   * Default 30,000. Used only when the consumer is created; a consumer that exists has its own time.
   */
  readonly ackWait?: number | undefined;
  /** The number of deliveries after which a message is given up, at least 1. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** The subject for dead letters. Default: none; they are then only reported to `events`. */
  readonly deadLetters?: string | undefined;
  /** While it is closed, no message is emitted, and at most `maxInFlight` are held. Default: always open. */
  readonly valve?: Valve | undefined;
  /** Receives the events other than headlines. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The clock of `seen`, and the timer of the signs of life to the server. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}
