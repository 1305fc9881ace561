import type { Observable } from 'rxjs';

/** Short messages to all current subscribers. It waits for no subscriber and repeats nothing. */
export interface Broadcast {
  /** Sends a message. One that cannot be sent is left out: a later one says the same better. */
  send(key: string, text: string): void;
  /** The messages that are sent from now on. */
  readonly heard$: Observable<string>;
  /** Lets the broker go. */
  close(): Promise<void>;
}
