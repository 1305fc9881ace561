/** What happens between a broker and a worker, besides headlines. */
export type WorkEvent =
  /** A message is given back to the broker, which delivers it again. */
  | { readonly type: 'retried'; readonly id: string; readonly reason: string }
  /** A message was put aside. */
  | { readonly type: 'dead-letter'; readonly id: string; readonly reason: string; readonly to: string | undefined }
  /** The broker could not be told how a message was settled: it will deliver it again. */
  | { readonly type: 'unsettled'; readonly id: string; readonly reason: string }
  /** So many messages wait for the worker, or for its whole group. */
  | { readonly type: 'lag'; readonly messages: number; readonly of: 'worker' | 'group' }
  /** A result cannot be stored for now: it is held, and tried again until it is. */
  | { readonly type: 'stalled'; readonly to: string; readonly reason: string }
  /** Results are stored again. */
  | { readonly type: 'resumed'; readonly to: string }
  /** The connection was lost, or is there again. */
  | { readonly type: 'disconnected' | 'connected'; readonly server: string }
  /** The share of this worker has changed: what is in hand may go to another worker. */
  | { readonly type: 'rebalanced'; readonly partitions: readonly number[] };

/** Where such events go. An Observer or a Subject of them is one. */
export interface WorkEvents {
  /** Takes one event. */
  next(event: WorkEvent): void;
}
