import type { LiveHeadline } from '../../contracts/live/Live.js';
import { headlineId } from '../../streams/internal/headlineId.js';

/** A headline with a key that no other headline has. Only `dedupe` tells which ones have the names of others. */
export const distinctKey = (headline: LiveHeadline): LiveHeadline =>
  headline.correction === true || headline.ambiguous === true ? { ...headline, key: headlineId(headline) } : headline;
