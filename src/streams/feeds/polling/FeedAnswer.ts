import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { WebAddress } from '../../bodies/http/connection/WebAddress.js';
import type { FeedDocument } from '../parsing/FeedDocument.js';
import type { RememberedFeed } from './FeedMemory.js';

/** The result of a request for a feed, after redirects and pages have been followed. */
export type FeedAnswer =
  | {
      readonly type: 'feed';
      readonly document: FeedDocument;
      /** Why the feed is incomplete; undefined if it is complete. */
      readonly broken: HeadwaterError | undefined;
      readonly known: RememberedFeed;
      /** The feed's permanent new address; undefined if it has not moved. */
      readonly moved: WebAddress | undefined;
      readonly maxAgeMs: number | undefined;
    }
  | {
      readonly type: 'unchanged';
      /** What is known of the feed, with the validators that the answer has renewed. */
      readonly known: RememberedFeed;
      readonly moved: WebAddress | undefined;
      readonly maxAgeMs: number | undefined;
    }
  | {
      readonly type: 'failed';
      readonly error: HeadwaterError;
      /** The `Retry-After` of the server, in milliseconds. */
      readonly retryAfterMs: number | undefined;
      /** Whether the server answered 429, Too Many Requests. */
      readonly tooMany: boolean;
      /** Whether the server answered 410: the feed is permanently gone. */
      readonly gone: boolean;
    };
