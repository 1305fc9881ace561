/** Events between a broker and a worker, other than headlines. */
export type WorkEvent =
  /** A message was returned to the broker, which delivers it again. */
  | { readonly type: 'retried'; readonly id: string; readonly reason: string }
  /** A message was given up. `to` is where the dead letter was stored, if anywhere. */
  | { readonly type: 'dead-letter'; readonly id: string; readonly reason: string; readonly to: string | undefined }
  /** The broker did not learn how a message was settled, so it delivers the message again. */
  | { readonly type: 'unsettled'; readonly id: string; readonly reason: string }
  /** Messages of `from` cannot be read at the moment. Reading is tried again until it succeeds. */
  | { readonly type: 'unreadable'; readonly from: string; readonly reason: string }
  /**
   * Messages were deleted at the broker before they were read. On Kafka, `messages` is the largest number that it can
   * be. On JetStream, it is the number for the whole group.
   */
  | { readonly type: 'lost'; readonly id: string; readonly messages: number; readonly reason: string }
  /** The number of messages that wait for this worker, or for its whole group. */
  | { readonly type: 'lag'; readonly messages: number; readonly of: 'worker' | 'group' }
  /** A result cannot be stored at the moment. It is kept, and storing is tried again until it succeeds. */
  | { readonly type: 'stalled'; readonly to: string; readonly reason: string }
  /** Results are stored again. */
  | { readonly type: 'resumed'; readonly to: string }
  /** The connection was lost, or has been restored. */
  | { readonly type: 'disconnected' | 'connected'; readonly server: string }
  /** The partitions of this worker have changed. Unsettled messages may go to another worker. */
  | { readonly type: 'rebalanced'; readonly partitions: readonly number[] };

/** Receives work events. An Observer or a Subject of them fits. */
export interface WorkEvents {
  /** Receives one event. */
  next(event: WorkEvent): void;
}
