/** The state of a worker, as the worker reports it. */
export interface WorkerStatus {
  /** The worker's name: its machine and process. */
  readonly worker: string;
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** The time of the report, and the time of the worker's start, in milliseconds since 1970. */
  readonly at: number;
  readonly since: number;
  /** The ids of the models that classify; the model in use comes first. */
  readonly models: readonly string[];
  /** The number of headlines whose results were stored since the start, and the recent number per second. */
  readonly classified: number;
  readonly perSecond: number;
  /** The number of messages that it holds. */
  readonly inFlight: number;
  /** The numbers of messages returned for another delivery, and of dead letters, since the start. */
  readonly retried: number;
  readonly deadLetters: number;
  /** The most messages that can have been deleted at the broker before they were read, since the start. */
  readonly lost: number;
  /** The partitions that it reads; undefined where its broker has none. */
  readonly partitions: readonly number[] | undefined;
  /** Waiting messages: in its partitions on Kafka, of the whole group on JetStream. Undefined where it is not known. */
  readonly lag: { readonly messages: number; readonly of: 'worker' | 'group' } | undefined;
  readonly connected: boolean;
  /** Whether results wait because they cannot be stored. */
  readonly stalled: boolean;
  /** The time from receiving a message to storing its result, over the last 1,000 messages, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined;
}
