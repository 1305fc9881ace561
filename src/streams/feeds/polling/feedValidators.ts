import type { RememberedFeed } from './FeedMemory.js';

/** In milliseconds. HTTP dates have whole seconds, and the clocks behind one host name may differ. */
const LONG_AGO = 60_000;

/** Feeds are younger than the web. Servers write the start of 1970 or of 1980 for "no date". */
const FIRST_FEED = Date.UTC(1990, 0);

/**
 * In milliseconds. After this time a feed is requested without validators: some servers answer 304 for ever, whatever
 * they publish.
 */
const LONGEST_TRUST = 86_400_000;

/**
 * The validators by which a server tells whether a feed has changed: its `ETag`, and its `Last-Modified`. A
 * `Last-Modified` that is less than a minute old, or in the future, is left out: another item could be published with
 * the same date and would then never be read. So is one that no feed can have.
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
  const modified = Date.parse(lastModified ?? '');
  const age = (Number.isNaN(sent) ? now : sent) - modified;
  return { etag, lastModified: age < LONG_AGO || modified < FIRST_FEED ? undefined : lastModified };
};

/**
 * Whether a feed may still be requested with its validators. If it is not known when it was read, it may.
 *
 * @param now milliseconds since 1970
 */
export const isTrusted = ({ etag, lastModified, read }: RememberedFeed, now: number): boolean =>
  (etag ?? lastModified) !== undefined &&
  // A clock that was set back counts as well: the time since the reading is then unknown.
  (read === undefined || (now >= read && now - read < LONGEST_TRUST));

/** A feed has at most two validators at a time. */
const MOST_STUCK = 2;

/**
 * What to remember of a feed: without the validators that are the same as before although the items have changed. The
 * server would answer 304 to them. Others that it sends later are trusted.
 *
 * @param before what was remembered of the reading before
 */
export const withoutStuck = (feed: RememberedFeed, before: RememberedFeed | undefined): RememberedFeed => {
  const { etag, lastModified, newest } = feed;
  const isChanged = before?.newest !== undefined && JSON.stringify(newest) !== JSON.stringify(before.newest);
  const kept = [etag, lastModified].filter((one) => isChanged && (one === before.etag || one === before.lastModified));
  const stuck = [...new Set([...kept, ...(before?.stuck ?? [])])].filter((one) => one !== undefined);
  const trusted = (one: string | undefined): string | undefined =>
    one === undefined || stuck.includes(one) ? undefined : one;
  return {
    ...feed,
    etag: trusted(etag),
    lastModified: trusted(lastModified),
    stuck: stuck.length === 0 ? undefined : stuck.slice(0, MOST_STUCK),
  };
};
