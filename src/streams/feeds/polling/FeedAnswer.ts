import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { WebAddress } from '../../bodies/http/connection/WebAddress.js';
import type { FeedDocument } from '../parsing/FeedDocument.js';
import type { RememberedFeed } from './FeedMemory.js';

/** What came of asking for a feed, redirects and pages followed. */
export type FeedAnswer =
  | {
      readonly type: 'feed';
      readonly document: FeedDocument;
      /** Why it is not the whole feed; undefined where it is. */
      readonly broken: HeadwaterError | undefined;
      readonly known: RememberedFeed;
      /** Where it lives from now on, where it has said that it moved. */
      readonly moved: WebAddress | undefined;
      readonly maxAgeMs: number | undefined;
    }
  | { readonly type: 'unchanged'; readonly moved: WebAddress | undefined; readonly maxAgeMs: number | undefined }
  | {
      readonly type: 'failed';
      readonly error: HeadwaterError;
      /** How long the server asks to be left alone, in milliseconds. */
      readonly retryAfterMs: number | undefined;
      /** Whether the server has had too much of us. */
      readonly tooMany: boolean;
      /** Whether the feed is gone for good. */
      readonly gone: boolean;
    };
