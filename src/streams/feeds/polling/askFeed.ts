import { STATUS_CODES } from 'node:http';
import { catchError, defer, mergeMap, of, throwError, timeout, type Observable, type SchedulerLike } from 'rxjs';
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
import { discoverFeed } from '../parsing/discoverFeed.js';
import { type ChainCookies, cookieHeader, cookiesAfter } from './chainCookies.js';
import type { FeedAnswer } from './FeedAnswer.js';
import { feedDocument, type FeedDocument, type FeedPage, type Untitled } from '../parsing/FeedDocument.js';
import type { FeedExchange, FeedResponse } from './FeedExchange.js';
import { feedValidators } from './feedValidators.js';
import type { RememberedFeed } from './FeedMemory.js';
import type { OneRequestPerHost } from './OneRequestPerHost.js';
import { maxAge } from './maxAge.js';
import { isNamedPrivate } from './publicAddress.js';
import { retryAfter } from '../../bodies/http/faults/retryAfter.js';
import type { ConcurrencyLimit } from './ConcurrencyLimit.js';

/** By what rules feeds are asked for, and whom they share the line with. */
export interface AskRules {
  readonly exchange: FeedExchange;
  readonly hosts: OneRequestPerHost;
  /** How many are asked, and handed on, at a time. */
  readonly slots: ConcurrencyLimit;
  /** Nothing is asked while it is closed. */
  readonly valve: Valve | undefined;
  readonly scheduler: SchedulerLike;
  readonly totalTimeout: number;
  readonly maxRedirects: number;
  readonly allowPrivate: boolean;
  readonly discover: boolean;
  readonly untitled: Untitled;
}

/** A feed to be asked for. */
export interface FeedToAsk {
  /** The address as the user gave it, and what it is called. */
  readonly given: WebAddress;
  readonly name: string;
  /** Where it lives now. */
  readonly address: WebAddress;
  readonly known: RememberedFeed | undefined;
}

/** How one came to an address. */
interface Trail {
  readonly redirects: number;
  /** The last address that everything before has named as the one for good; undefined where there is none. */
  readonly moved: WebAddress | undefined;
  /** Whether all redirects so far were for good. */
  readonly forGood: boolean;
  /** Whether a page has led here. */
  readonly fromPage: boolean;
  /** What servers have set on the way, and want to see again: some redirect for ever without. */
  readonly cookies: ChainCookies;
}

/** The statuses that bring a feed. */
export const BRINGS_FEED: ReadonlySet<number> = new Set([...WHOLE, 226]);
/** How many of the feeds that a page names are tried. */
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

const late = (name: string, ms: number): HeadwaterError =>
  new HeadwaterError(
    'HW_HTTP_TIMEOUT',
    `${name} did not send the whole feed in ${ms} ms. Try again, or allow more by totalTimeout.`,
    { where: name },
  );

/**
 * Asks for a feed: one request a host at a time, redirects followed, a page's own feed asked for in its place.
 *
 * Emits one answer and completes; what can go wrong outside this program is an answer, not an error.
 *
 * @param release is given what frees the slot that was taken, each time that one is, after what it was given before has
 *   been called; the last is to be called when the answer has been dealt with
 */
export const askFeed = (
  { given, name, address: start, known }: FeedToAsk,
  rules: AskRules,
  release: (leave: () => void) => void,
): Observable<FeedAnswer> => {
  const { exchange, hosts, slots, valve, scheduler, totalTimeout, maxRedirects, allowPrivate, discover, untitled } =
    rules;

  // Validators are those of one address; where there are none, nothing can be unchanged.
  const isKnown = (url: URL): boolean =>
    known?.address === url.href && (known.etag ?? known.lastModified) !== undefined;

  const send = ({ url, authorization }: WebAddress, cookies: ChainCookies): Observable<FeedResponse> => {
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
      // Whoever names a private address means it, but a server that answers there may not lead on to its neighbours.
      ofOrigin: url.origin === given.url.origin,
      mayBePrivate: allowPrivate || (url.host === given.url.host && isNamedPrivate(given.url)),
    };
    return hosts.atTurn(url.hostname, () =>
      slots.enter().pipe(
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
      ),
    );
  };

  const follow = (address: WebAddress, trail: Trail): Observable<FeedAnswer> => {
    // Whoever waits for a host has no slot, or those who have their turn there could wait for that slot for ever.
    release(() => undefined);
    return trail.redirects <= maxRedirects
      ? ask(address, trail)
      : of(failed(tooManyRedirects(name, maxRedirects, address)));
  };

  /** @throws why the answer is not whole, where that may be why it is no feed */
  const documentOf = (url: URL, { bytes, header, broken }: FeedResponse): FeedDocument | FeedPage => {
    if (broken === undefined) return feedDocument(bytes, header('content-type'), name, url.href, { untitled });
    try {
      const document = feedDocument(bytes, header('content-type'), name, url.href, { untitled });
      if (document.type === 'feed') return document;
    } catch {
      // Nothing of what has arrived is a feed; what has not might have been.
    }
    throw broken;
  };

  const answerOf = (address: WebAddress, trail: Trail, response: FeedResponse): Observable<FeedAnswer> => {
    const { url } = address;
    const { status, header, broken } = response;
    const location = header('location');
    const age = { maxAgeMs: maxAge(header('cache-control')), moved: trail.moved };
    if (REDIRECTS.has(status) && location !== undefined) {
      const to = redirectTarget(name, location, address, given);
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
      return of(isKnown(url) ? { type: 'unchanged', ...age } : failed(statusError(name, status)));
    }
    if (BRINGS_FEED.has(status)) {
      const document = documentOf(url, response);
      if (document.type === 'feed')
        return of({
          type: 'feed',
          document,
          broken,
          known: { address: url.href, ...feedValidators(header, scheduler.now()) },
          ...age,
        });
      const feeds = discover && !trail.fromPage ? discoverFeed(document.html, url) : [];
      if (feeds.length === 0)
        return of(
          failed(
            new HeadwaterError(
              'HW_FEED',
              `${name} is a page, and names no feed${discover ? '' : ' that is looked for'}. Give the address of the feed itself.`,
              { where: name },
            ),
          ),
        );
      return inTurn(feeds.slice(0, MOST_NAMED), address, trail);
    }
    const retryAfterMs = retryAfter(header('retry-after'), header('date'), scheduler.now());
    if (status === TOO_MANY && retryAfterMs !== undefined) hosts.hold(url.hostname, retryAfterMs);
    const gone = status === GONE;
    const error = gone
      ? new HeadwaterError(
          'HW_HTTP_STATUS',
          `${name} answered ${status} ${STATUS_CODES[status] ?? ''}: it is gone for good, and is not asked for again. Remove it.`,
          { where: name },
        )
      : statusError(name, status);
    return of(failed(error, { retryAfterMs, gone, tooMany: status === TOO_MANY }));
  };

  /** Asks for the feeds that a page names, until one of them is one. */
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
    defer(() => send(address, trail.cookies)).pipe(mergeMap((response) => answerOf(address, trail, response)));

  return ask(start, { redirects: 0, moved: undefined, forGood: true, fromPage: false, cookies: new Map() }).pipe(
    catchError((error: unknown) => {
      if (error instanceof HeadwaterError) return of(failed(error));
      return of(
        failed(
          new HeadwaterError(
            'HW_FEED',
            `${name} could not be read: ${error instanceof Error ? error.message : String(error)}.`,
            { cause: error, where: name },
          ),
        ),
      );
    }),
  );
};
