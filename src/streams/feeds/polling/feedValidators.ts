import type { RememberedFeed } from './FeedMemory.js';

/** In milliseconds. HTTP dates have whole seconds, and the clocks behind one host name may differ. */
const LONG_AGO = 60_000;

/**
 * The validators by which a server tells whether a feed has changed: its `ETag`, and its `Last-Modified`. A
 * `Last-Modified` that is less than a minute old, or in the future, is left out: another item could be published with
 * the same date and would then never be read.
 *
 * @param now the time of the response, used if it has no `Date` header; milliseconds since 1970
 */
export const feedValidators = (
  header: (field: string) => string | undefined,
  now: number,
): Pick<RememberedFeed, 'etag' | 'lastModified'> => {
  const [etag, lastModified] = [header('etag'), header('last-modified')].map((value) =>
    value === '' ? undefined : value,
  );
  const sent = Date.parse(header('date') ?? '');
  // An unreadable date is kept and sent back unchanged, because its server may compare the strings.
  const age = (Number.isNaN(sent) ? now : sent) - Date.parse(lastModified ?? '');
  return { etag, lastModified: age < LONG_AGO ? undefined : lastModified };
};
