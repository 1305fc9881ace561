import type { Observable } from 'rxjs';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** One request for a feed. */
export interface FeedRequest {
  readonly url: URL;
  /** What the address is called in messages: without secrets. */
  readonly name: string;
  /** Sent beside what is always sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the address may be one of a private network. */
  readonly mayBePrivate: boolean;
  /** Whether it is on the server that the user named, which alone gets the headers of the user. */
  readonly ofOrigin?: boolean | undefined;
}

/** The answer to one request; a redirect is an answer like any other. */
export interface FeedResponse {
  readonly status: number;
  /** A header's value, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** What a feed was sent as, its content encoding undone; empty for a status that brings none. */
  readonly bytes: Uint8Array;
  /** Why the bytes are not all; undefined where they are. */
  readonly broken: HeadwaterError | undefined;
}

/**
 * Sends a request when subscribed to, gives its one answer, and completes; unsubscribing aborts it. Its errors are
 * HeadwaterErrors.
 */
export type FeedExchange = (request: FeedRequest) => Observable<FeedResponse>;
