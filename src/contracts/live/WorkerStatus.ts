/** How a worker is doing, as it says itself. */
export interface WorkerStatus {
  /** The worker's name: its machine and process. */
  readonly worker: string;
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** When it said so, and when it began. Milliseconds since 1970. */
  readonly at: number;
  readonly since: number;
  /** The ids of the models that classify, the one in use first. */
  readonly models: readonly string[];
  /** Headlines whose results are stored, since it began; and in a second, of late. */
  readonly classified: number;
  readonly perSecond: number;
  /** Messages that it holds. */
  readonly inFlight: number;
  /** Messages that were given back, and that were put aside, since it began. */
  readonly retried: number;
  readonly deadLetters: number;
  /** The partitions that it reads; undefined where its broker has none. */
  readonly partitions: readonly number[] | undefined;
  /** Messages that wait: in its partitions on Kafka, for the whole group on JetStream. Undefined where it is not known. */
  readonly lag: { readonly messages: number; readonly of: 'worker' | 'group' } | undefined;
  readonly connected: boolean;
  /** Whether results wait, since they cannot be stored. */
  readonly stalled: boolean;
  /** The time from when a message was received to when its result was stored, of the last 1,000, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined;
}
