import type { RememberedFeed } from './FeedMemory.js';

/** A date has whole seconds, and clocks of one server may differ. Milliseconds. */
const LONG_AGO = 60_000;

/**
 * By what a server tells whether a feed has changed: its `ETag`, and its `Last-Modified` unless that was just now or lies
 * in the future, since another item may come under the same date and would then never be seen.
 *
 * @param now when the answer came, where it does not say so itself; milliseconds since 1970
 */
export const feedValidators = (
  header: (field: string) => string | undefined,
  now: number,
): Pick<RememberedFeed, 'etag' | 'lastModified'> => {
  const lastModified = header('last-modified');
  const sent = Date.parse(header('date') ?? '');
  // What is no date is sent back to the letter: its server may compare letters.
  const age = (Number.isNaN(sent) ? now : sent) - Date.parse(lastModified ?? '');
  return { etag: header('etag'), lastModified: age < LONG_AGO ? undefined : lastModified };
};
