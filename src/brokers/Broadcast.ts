import type { Observable } from 'rxjs';

/** Short messages to all current subscribers. It does not wait for subscribers, and does not send again. */
export interface Broadcast {
  /** Sends a message. A message that cannot be sent is dropped: a later one replaces it. */
  send(key: string, text: string): void;
  /** The messages sent from now on. */
  readonly heard$: Observable<string>;
  /** Closes the connection to the broker. */
  close(): Promise<void>;
}
