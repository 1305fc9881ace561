import type { Observable } from 'rxjs';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** One request for a feed. */
export interface FeedRequest {
  readonly url: URL;
  /** The address as shown in messages, without secrets. */
  readonly name: string;
  /** Sent in addition to the headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the address may be in a private network. */
  readonly mayBePrivate: boolean;
  /** Whether the address is on the server that the user named. Only this server gets the user's headers. */
  readonly ofOrigin?: boolean | undefined;
}

/** The response to one request; a redirect is a response too. */
export interface FeedResponse {
  readonly status: number;
  /** The value of a header, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** The body with its content encoding removed; empty for a status that has no feed. */
  readonly bytes: Uint8Array;
  /** Why the body is incomplete; undefined if it is complete. */
  readonly broken: HeadwaterError | undefined;
}

/**
 * Sends a request on subscription, emits its one response, and completes. Unsubscribing aborts the request. Its errors
 * are HeadwaterErrors.
 */
export type FeedExchange = (request: FeedRequest) => Observable<FeedResponse>;
