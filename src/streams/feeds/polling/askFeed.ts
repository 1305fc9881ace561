import { STATUS_CODES } from 'node:http';
import { catchError, defer, mergeMap, of, throwError, timeout, type Observable, type SchedulerLike } from 'rxjs';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { statusError } from '../../bodies/http/faults/httpError.js';
import {
  ledTo,
  PERMANENT_REDIRECTS,
  REDIRECTS,
  redirectTarget,
  tooManyRedirects,
} from '../../bodies/http/connection/redirects.js';
import { WHOLE } from '../../bodies/http/wholeAnswer.js';
import type { WebAddress } from '../../bodies/http/connection/WebAddress.js';
import { whenOpen } from '../../pacing/internal/whenOpen.js';
import { discoverFeed, forwardedTo } from '../parsing/discoverFeed.js';
import { httpAddress, requestable } from '../parsing/items/httpAddress.js';
import { linkedFeeds } from '../parsing/linkedFeeds.js';
import { type ChainCookies, cookieHeader, cookiesAfter } from './chainCookies.js';
import type { FeedAnswer } from './FeedAnswer.js';
import { feedDocument, type FeedDocument, type FeedPage, type Untitled } from '../parsing/FeedDocument.js';
import type { FeedExchange, FeedResponse } from './FeedExchange.js';
import { feedValidators, isTrusted, withoutStuck } from './feedValidators.js';
import type { RememberedFeed } from './FeedMemory.js';
import type { OneRequestPerHost } from './OneRequestPerHost.js';
import { maxAge } from './maxAge.js';
import { isNamedPrivate } from './publicAddress.js';
import { retryAfter } from '../../bodies/http/faults/retryAfter.js';
import type { ConcurrencyLimit } from './ConcurrencyLimit.js';

/** The options of a request for a feed, and the limits that it shares with the other feeds. */
export interface AskRules {
  readonly exchange: FeedExchange;
  readonly hosts: OneRequestPerHost;
  /** Limits how many feeds are requested, or whose items are emitted, at the same time. */
  readonly slots: ConcurrencyLimit;
  /** Nothing is requested while it is closed. */
  readonly valve: Valve | undefined;
  readonly scheduler: SchedulerLike;
  readonly totalTimeout: number;
  readonly maxRedirects: number;
  readonly allowPrivate: boolean;
  readonly discover: boolean;
  readonly untitled: Untitled;
}

/** A feed to be requested. */
export interface FeedToAsk {
  /** The address as the user gave it. */
  readonly given: WebAddress;
  readonly name: string;
  /** The address that is requested now. */
  readonly address: WebAddress;
  readonly known: RememberedFeed | undefined;
}

/** The redirects and pages that led to an address. */
interface Trail {
  readonly redirects: number;
  /** The latest new address that only permanent redirects, or a page, led to; undefined if there is none. */
  readonly moved: WebAddress | undefined;
  /** Whether all redirects so far were permanent. */
  readonly forGood: boolean;
  /** Whether a page led here. */
  readonly fromPage: boolean;
  /** The cookies that were set along the redirects. Some servers redirect forever if these do not come back. */
  readonly cookies: ChainCookies;
}

/** The statuses whose body may be a feed. With 202, some servers send the last feed while they make a new one. */
export const BRINGS_FEED: ReadonlySet<number> = new Set([...WHOLE, 202, 226]);

/** The class of a page, or of its entries, that is itself meant as a feed. */
const MICROFORMATS = /\bclass\s*=\s*["']?[^"'<>]{0,200}\bh-(?:feed|entry)\b/i;

/** A page of a firewall that lets only browsers pass. */
const CHALLENGE =
  /Just a moment\.\.\.|Enable JavaScript and cookies|challenge-platform|awsWafCookieDomainList|\bg-recaptcha\b|_Incapsula_/i;

// Characters. What tells the kind of a page is near its start.
const LOOKED_AT = 65_536;

/** What kind of page came in place of a feed, for the message. */
const kindOf = (html: string): string => {
  const start = html.slice(0, LOOKED_AT);
  if (CHALLENGE.test(start)) return ' that checks for a browser, so the server lets no program in';
  return MICROFORMATS.test(start) ? ' with microformats (h-feed), which are not read' : '';
};

/** The address of a header `Refresh`. */
const refreshedTo = (refresh: string | undefined, from: URL): readonly string[] => {
  const to = httpAddress(forwardedTo(refresh ?? ''), from);
  return to === undefined ? [] : [to];
};

/** The number of feeds of one page that are tried. */
const MOST_NAMED = 8;

const GONE = 410;
const TOO_MANY = 429;

const failed = (
  error: HeadwaterError,
  rest: Partial<Omit<FeedAnswer & { readonly type: 'failed' }, 'type' | 'error'>> = {},
): FeedAnswer => ({
  type: 'failed',
  error,
  retryAfterMs: undefined,
  tooMany: false,
  gone: false,
  ...rest,
});

/** No request was sent, because the host has asked for no more of them for this time. */
interface Held {
  readonly heldMs: number;
}

const onHold = (name: string, { hostname }: URL): HeadwaterError =>
  new HeadwaterError(
    'HW_HTTP_STATUS',
    `${name} is not requested yet: ${hostname} has answered ${TOO_MANY} ${STATUS_CODES[TOO_MANY] ?? ''}, ` +
      'and asks to wait.',
    { where: name },
  );

const late = (name: string, ms: number): HeadwaterError =>
  new HeadwaterError(
    'HW_HTTP_TIMEOUT',
    `${name} did not send the whole feed in ${ms} ms. Try again, or allow more by totalTimeout.`,
    { where: name },
  );

/**
 * Requests a feed: with one request per host at a time, following redirects, and requesting the feed that a page names
 * in place of the page.
 *
 * Emits one answer and completes. A failure outside this program is an answer, not an error.
 *
 * @param release receives a function that frees the slot, each time that one is taken. It must first call the function
 * that it received before. Call the last one after the answer has been processed
 */
export const askFeed = (
  { given, name, address: start, known }: FeedToAsk,
  rules: AskRules,
  release: (leave: () => void) => void,
): Observable<FeedAnswer> => {
  const { exchange, hosts, slots, valve, scheduler, totalTimeout, maxRedirects, allowPrivate, discover, untitled } =
    rules;

  // Validators belong to one address. Without validators, an answer cannot be "unchanged".
  const isTrustedNow = known !== undefined && isTrusted(known, scheduler.now());
  const isKnown = (url: URL): boolean => isTrustedNow && known.address === url.href;

  const send = ({ url, authorization }: WebAddress, cookies: ChainCookies): Observable<FeedResponse | Held> => {
    const { etag, lastModified } = isKnown(url) ? (known ?? {}) : {};
    const request = {
      url,
      name,
      headers: {
        ...authorization,
        ...cookieHeader(cookies, url),
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
      },
      // A user who names a private address means it, but a server there may not redirect to other private addresses.
      ofOrigin: url.origin === given.url.origin,
      mayBePrivate: allowPrivate || (url.host === given.url.host && isNamedPrivate(given.url)),
    };
    const exchange$ = slots.enter().pipe(
      mergeMap((leave) => {
        release(leave);
        return whenOpen(valve).pipe(
          mergeMap(() =>
            exchange(request).pipe(
              timeout({ first: totalTimeout, scheduler, with: () => throwError(() => late(name, totalTimeout)) }),
            ),
          ),
        );
      }),
    );
    return hosts.atTurn<FeedResponse | Held>(url.hostname, (heldMs) => (heldMs > 0 ? of({ heldMs }) : exchange$));
  };

  const follow = (address: WebAddress, trail: Trail): Observable<FeedAnswer> => {
    // The slot is freed while this request waits for a host. Otherwise the requests that have a turn at that host could
    // wait for the slot forever.
    release(() => undefined);
    return trail.redirects <= maxRedirects
      ? ask(address, trail)
      : of(failed(tooManyRedirects(name, maxRedirects, address)));
  };

  /** @throws the error that broke the response off, if the part that arrived is not a feed */
  const documentOf = (url: URL, { bytes, header, broken }: FeedResponse): FeedDocument | FeedPage => {
    if (broken === undefined) return feedDocument(bytes, header('content-type'), name, url.href, { untitled });
    try {
      const document = feedDocument(bytes, header('content-type'), name, url.href, { untitled });
      if (document.type === 'feed') return document;
    } catch {
      // The part that arrived is not a feed, but the whole response might have been one.
    }
    throw broken;
  };

  const answerOf = (address: WebAddress, trail: Trail, response: FeedResponse): Observable<FeedAnswer> => {
    const { url } = address;
    const { status, header, broken } = response;
    const location = header('location');
    const age = { maxAgeMs: maxAge(header('cache-control')), moved: trail.moved };
    if (REDIRECTS.has(status) && location !== undefined) {
      // Some servers redirect to `feed://`, which is http.
      const to = redirectTarget(name, requestable(location), address, given);
      const forGood = trail.forGood && PERMANENT_REDIRECTS.has(status);
      const cookies = cookiesAfter(trail.cookies, url, header('set-cookie'));
      return follow(to, {
        ...trail,
        redirects: trail.redirects + 1,
        forGood,
        moved: forGood ? to : trail.moved,
        cookies,
      });
    }
    if (status === 304) {
      if (known === undefined || !isKnown(url)) return of(failed(statusError(name, status)));
      // A 304 may renew the validators (RFC 9111, section 4.3.4).
      const now = scheduler.now();
      const { etag = known.etag, lastModified = known.lastModified } = feedValidators(header, now);
      const renewed = withoutStuck({ ...known, etag, lastModified, read: known.read ?? now }, known);
      return of({ type: 'unchanged', known: renewed, ...age });
    }
    if (BRINGS_FEED.has(status)) {
      const document = documentOf(url, response);
      if (document.type === 'feed')
        return of({
          type: 'feed',
          document,
          broken,
          known: { address: url.href, ...feedValidators(header, scheduler.now()), read: scheduler.now() },
          ...age,
        });
      const feeds =
        discover && !trail.fromPage
          ? [
              ...new Set([
                ...linkedFeeds(header('link'), url),
                ...refreshedTo(header('refresh'), url),
                ...discoverFeed(document.html, url),
              ]),
            ]
          : [];
      if (feeds.length === 0) {
        const kind = kindOf(document.html);
        return of(
          failed(
            new HeadwaterError(
              'HW_FEED',
              `${name} is a page${kind}, and names no feed${discover ? '' : ' that is looked for'}. ` +
                'Give the address of the feed itself.',
              { where: name },
            ),
          ),
        );
      }
      return inTurn(feeds.slice(0, MOST_NAMED), address, trail);
    }
    const retryAfterMs = retryAfter(header('retry-after'), header('date'), scheduler.now());
    if (status === TOO_MANY && retryAfterMs !== undefined) hosts.hold(url.hostname, retryAfterMs);
    const gone = status === GONE;
    const error = gone
      ? new HeadwaterError(
          'HW_HTTP_STATUS',
          `${name} answered ${status} ${STATUS_CODES[status] ?? ''}: ` +
            'it was removed for ever, and is not requested again. Remove it.',
          { where: name },
        )
      : statusError(name, status);
    return of(failed(error, { retryAfterMs, gone, tooMany: status === TOO_MANY }));
  };

  /** Requests the feeds that a page names one after another, until one of them answers with a feed. */
  const inTurn = ([feed, ...others]: readonly string[], page: WebAddress, trail: Trail): Observable<FeedAnswer> => {
    const to = ledTo(new URL(feed ?? page.url.href), page, given);
    const steps = { ...trail, redirects: trail.redirects + 1, moved: to, fromPage: true };
    return follow(to, steps).pipe(
      catchError((error: unknown) => {
        if (error instanceof HeadwaterError) return of(failed(error));
        throw error;
      }),
      mergeMap((answer) =>
        answer.type === 'failed' && !answer.tooMany && others.length > 0 ? inTurn(others, page, trail) : of(answer),
      ),
    );
  };

  const ask = (address: WebAddress, trail: Trail): Observable<FeedAnswer> =>
    defer(() => send(address, trail.cookies)).pipe(
      mergeMap((response) =>
        'heldMs' in response
          ? of(failed(onHold(name, address.url), { retryAfterMs: response.heldMs, tooMany: true }))
          : answerOf(address, trail, response),
      ),
    );

  return ask(start, { redirects: 0, moved: undefined, forGood: true, fromPage: false, cookies: new Map() }).pipe(
    catchError((error: unknown) => {
      if (error instanceof HeadwaterError) return of(failed(error));
      return of(
        failed(
          new HeadwaterError('HW_FEED', `${name} could not be read: ${messageOf(error)}.`, {
            cause: error,
            where: name,
          }),
        ),
      );
    }),
  );
};
