import { isNumber, optionText } from '../../contracts/checkOption.js';
import { asyncScheduler, defer, type Observable } from 'rxjs';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../contracts/live/Live.js';
import { random } from '../../contracts/random.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import { backoff, type BackoffOptions } from '../pacing/backoff.js';
import { checkBodyOptions, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { locate } from '../bodies/locate.js';
import type { Pacing } from '../pacing/Pacing.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import { requireTime } from '../internal/requireTime.js';
import type { Untitled } from './parsing/FeedDocument.js';
import { feedMemory, type FeedMemory } from './polling/FeedMemory.js';
import { pollFeeds, type GivenFeed } from './polling/pollFeeds.js';
import { userAgent } from './polling/userAgent.js';
import { webExchange } from './polling/webExchange.js';

/** How feeds are polled. */
export interface PollFeedOptions extends BodyOptions, Pacing {
  /** Read each feed once, then complete. Default false. */
  readonly once?: boolean | undefined;
  /**
   * How long after a feed was read it is asked for again, unless it says that this is too soon. Milliseconds, at least
   * 60,000; default 900,000.
   */
  readonly intervalMs?: number | undefined;
  /**
   * Allow an interval under a minute, and keep to it whatever the feed's `ttl` or `max-age` says; `Retry-After`, 429
   * and 410 are obeyed all the same. For servers of one's own. Default false.
   */
  readonly insist?: boolean | undefined;
  /**
   * By how much of it an interval is lengthened at random, so that feeds do not fall into step. Between 0 and 1;
   * default 0.1.
   */
  readonly jitter?: number | undefined;
  /**
   * How long to wait after a failure: a minute, and up to `initialMs` more, doubled with each failure in a row up to
   * `maxMs`. Defaults 60,000 and 3,600,000 ms.
   */
  readonly backoff?: BackoffOptions | undefined;
  /** How long one request may take, from its start to the last byte of the answer. Milliseconds; default 60,000. */
  readonly totalTimeout?: number | undefined;
  /** How long a feed may be once it is decompressed. Bytes; default 10,485,760. */
  readonly maxBytes?: number | undefined;
  /** How many feeds are asked for, and handed on, at a time. Default 8. */
  readonly concurrency?: number | undefined;
  /** Allow addresses of private networks behind redirects, pages and public names. Default false. */
  readonly allowPrivate?: boolean | undefined;
  /** Look for the feed behind a page that is no feed itself (`<link rel="alternate">`). Default true. */
  readonly discover?: boolean | undefined;
  /**
   * What is done about an item without a title, as short messages are: it is rejected, or `first-words`, the first words
   * of its text are its title. Default `reject`.
   */
  readonly untitled?: Untitled | undefined;
  /**
   * How those who run a server can reach you: an address of the web or of mail, sent in the User-Agent. Default: the
   * page of this package, where it has one.
   */
  readonly contact?: string | undefined;
  /**
   * Where items go that cannot be read. Default: none, and the first such item ends the stream with `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /**
   * Is told what happens to each feed: that it was read, has not changed, failed and when it is tried again, has moved.
   * What it throws ends the stream. Default: nobody.
   */
  readonly events?: SourceEvents | undefined;
  /** What is known of the feeds from before; it is kept up to date. Default: an empty one for each subscription. */
  readonly memory?: FeedMemory | undefined;
  /**
   * Whether each headline carries a `delivery`: a feed is then remembered as read, so that it need not send again what it
   * has sent, once all of its headlines are done. Default false: once all have been handed on.
   */
  readonly deliveries?: boolean | undefined;
  /** What jitter is drawn by. Any whole number; default: the time of subscribing. */
  readonly seed?: number | undefined;
}

const MINUTE = 60_000;

const requireShare = (name: string, value: number): number => {
  if (isNumber(value) && value >= 0 && value <= 1) return value;
  throw new HeadwaterError('HW_USAGE', `${name} must be between 0 and 1, not ${optionText(value)}.`);
};

/** Feeds by their addresses, each once. */
const givenFeeds = (urls: string | URL | readonly (string | URL)[]): readonly GivenFeed[] => {
  if (typeof urls !== 'string') checkArgument('pollFeed', 'urls', urls, 'an address, or a list of addresses');
  const list = typeof urls === 'string' || urls instanceof URL ? [urls] : urls;
  checkArgument('pollFeed', 'urls', list, 'an address, or a list of addresses', [Symbol.iterator]);
  const feeds = new Map<string, GivenFeed>();
  for (const given of list) {
    const location = locate(given);
    if (location.kind === 'file')
      throw new HeadwaterError(
        'HW_USAGE',
        `${location.name} is a path, and feeds are polled over http and https. Give an address such as https://example.org/feed.`,
        { where: location.name },
      );
    // A fragment is not sent: two addresses that differ in it alone are one feed.
    const { url, authorization } = location;
    url.hash = '';
    feeds.set(`${url.href} ${authorization['authorization'] ?? ''}`, { url, authorization, name: url.href });
  }
  if (feeds.size === 0) throw new HeadwaterError('HW_USAGE', 'There is no feed to poll. Give at least one address.');
  return [...feeds.values()];
};

/**
 * Polls feeds, and emits their headlines.
 *
 * ```
 * requests  a---------a------------a-----------a----
 * answers   [2,1]     304          503         [3,2]
 * result    (12)------------------------------(23)---     dedupe drops the second 2
 * events    read      unchanged    failed      read
 * ```
 *
 * RSS 0.9x to 2.0, RDF, Atom and JSON Feed; of each answer all items, from the last to the first, since feeds have the
 * newest first. What was seen before comes again whenever a feed has changed: put `dedupe` after it. It never
 * completes, unless `once` is set or every feed is gone for good (410).
 *
 * **Polite.** One request a host at a time, with a User-Agent that has a contact. `ETag` and `Last-Modified` are sent
 * back to the letter, so a feed that has not changed costs a few bytes. It is asked for again after `intervalMs`, or
 * later where its `ttl`, `sy:updatePeriod` or `max-age` says so (a day at most); never within a minute unless you
 * `insist`. `Retry-After` is obeyed, and with a 429 it holds for all feeds of that host. Failures are followed by
 * exponential backoff with full jitter. An address that has moved for good is asked at its new place, and again at the
 * old one when that fails. Nothing is asked while the valve is closed.
 *
 * **Safe.** http and https alone. An address of a private network is asked only if you name it yourself (by number, or
 * by a name that no public server has: `localhost`, `nas`, `nas.local`); one behind a redirect, a page or a public name
 * is refused, at the moment of connecting, unless `allowPrivate` is set. Limits: `maxBytes` after decompression,
 * `headersTimeout`, `bodyTimeout` and `totalTimeout`, `maxRedirects`. Entities that a feed declares are never expanded.
 *
 * A feed that has gone on by more than it holds since it was last read, over a restart too where its `memory` is kept, is
 * told to `events` as a `gap`: headlines in between were never seen.
 *
 * **Forgiving.** What can be read of a malformed feed is given, and each item that cannot be is a rejection with reason
 * `item`, told once while it stays in the feed. A feed that breaks off gives the items before that. Encodings are what
 * the bytes say, whatever is declared. Behind a page, the feeds that it names are tried in turn.
 *
 * A feed that fails never ends the stream: it is told to `events` and tried again, with a code of `HW_HTTP_…`,
 * `HW_ENCODING`, `HW_FEED` (not a feed), `HW_OVERFLOW` (over `maxBytes`) or `HW_ADDRESS`. Errors that end it:
 * `HW_REJECTIONS` where there is no `rejections`, and whatever `rejections` or `events` throws.
 *
 * Holds the bodies of at most `concurrency` feeds. Items are emitted synchronously, at most `yieldAfter` ms in one go.
 *
 * @param urls one address, or several; each is polled once
 * @throws HeadwaterError `HW_USAGE` for an address or an option that cannot work
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import type { AddressInfo } from 'node:net';
 * import { pollFeed } from 'headwater';
 * import { lastValueFrom, map, toArray } from 'rxjs';
 *
 * const rss = '<rss version="2.0"><channel><item><title>Late goal</title></item><item><title>Rain, then sun</title></item></channel></rss>';
 * const server = createServer((_request, response) => response.end(rss)).listen(0, '127.0.0.1', async () => {
 *   const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
 *   const titles = await lastValueFrom(pollFeed(address, { once: true }).pipe(map(({ title }) => title), toArray()));
 *   console.log(titles); // ['Rain, then sun', 'Late goal']
 *   server.close();
 * });
 * ```
 */
export const pollFeed = (
  urls: string | URL | readonly (string | URL)[],
  options: PollFeedOptions = {},
): Observable<LiveHeadline> => {
  const feeds = givenFeeds(urls);
  const { insist = false, scheduler = asyncScheduler, once = false, allowPrivate = false, discover = true } = options;
  const { headersTimeout, bodyTimeout, maxRedirects, headers } = checkBodyOptions(options);
  requirePacing(options);
  const floorMs = insist ? 0 : MINUTE;
  const intervalMs = requireNumber('intervalMs', options.intervalMs, 15 * MINUTE, 1);
  if (intervalMs < floorMs)
    throw new HeadwaterError(
      'HW_USAGE',
      `intervalMs must be at least ${MINUTE} ms, not ${intervalMs}: the operator of the feed pays for every request. Pass insist for a server of your own.`,
    );
  const waits = {
    initialMs: options.backoff?.initialMs ?? MINUTE,
    maxMs: options.backoff?.maxMs ?? Math.max(60 * MINUTE, options.backoff?.initialMs ?? 0),
  };
  backoff({ ...waits, random: () => 0 });
  const exchange = webExchange({
    timeouts: { headersTimeout, bodyTimeout },
    maxBytes: requireNumber('maxBytes', options.maxBytes, 10_485_760, 1),
    userAgent: userAgent(options.contact),
    headers,
  });
  const fixed = {
    once,
    insist,
    floorMs,
    intervalMs,
    maxRedirects,
    allowPrivate,
    discover,
    untitled: options.untitled ?? 'reject',
    jitter: requireShare('jitter', options.jitter ?? 0.1),
    concurrency: requireNumber('concurrency', options.concurrency, 8, 1),
    totalTimeout: requireTime('totalTimeout', options.totalTimeout, MINUTE),
    pacing: { valve: options.valve, yieldAfter: options.yieldAfter, scheduler },
    rejections: options.rejections,
    events: options.events,
  };
  return defer(() => {
    const dice = random(options.seed ?? scheduler.now(), 'jitter');
    return pollFeeds(feeds, exchange, {
      ...fixed,
      random: dice,
      backoff: backoff({ ...waits, random: () => dice.uniform() }),
      memory: options.memory ?? feedMemory(),
      deliveries: options.deliveries ?? false,
    });
  });
};
