import {
  concat,
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  map,
  mergeMap,
  Observable,
  repeat,
  type SchedulerLike,
  takeUntil,
} from 'rxjs';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../../contracts/live/Live.js';
import type { Random } from '../../../contracts/random.js';
import type { DeadLetter } from '../../../contracts/rows/Rejection.js';
import type { Pacing } from '../../pacing/Pacing.js';
import { headlineId } from '../../internal/headlineId.js';
import { rejecting } from '../../internal/rejecting.js';
import type { WebAddress } from '../../bodies/http/connection/WebAddress.js';
import { askFeed, type AskRules } from './askFeed.js';
import type { FeedAnswer } from './FeedAnswer.js';
import type { FeedExchange } from './FeedExchange.js';
import type { FeedItem } from '../parsing/items/FeedItem.js';
import { feedItems } from '../parsing/feedItems.js';
import { feedMemory, type FeedMemory, type RememberedFeed } from './FeedMemory.js';
import { withoutStuck } from './feedValidators.js';
import { NewestItems } from './NewestItems.js';
import { ReadingDeliveries } from './ReadingDeliveries.js';
import { OneRequestPerHost } from './OneRequestPerHost.js';
import { ConcurrencyLimit } from './ConcurrencyLimit.js';
import { waitFor } from './waitFor.js';

/** A feed with the address that the user gave. */
export interface GivenFeed extends WebAddress {
  /** The feed's name in headlines, events and the memory. */
  readonly name: string;
}

/** The checked options of a poll, with their defaults filled in. */
export interface PollRules extends Pick<
  AskRules,
  'totalTimeout' | 'maxRedirects' | 'allowPrivate' | 'discover' | 'untitled'
> {
  readonly pacing: Pacing & { readonly scheduler: SchedulerLike };
  readonly once: boolean;
  readonly intervalMs: number;
  /** The shortest time between two requests for a feed, in milliseconds. */
  readonly floorMs: number;
  /** Whether the user's interval is kept, whatever the feed says. */
  readonly insist: boolean;
  readonly jitter: number;
  readonly concurrency: number;
  /** The wait after the given number of failures in a row, in milliseconds. */
  readonly backoff: (attempt: number) => number;
  readonly random: Random;
  readonly rejections: DeadLetter | undefined;
  readonly events: SourceEvents | undefined;
  readonly memory: FeedMemory;
  /** Whether headlines carry deliveries. If so, a feed is remembered as read once all of them are settled. */
  readonly deliveries: boolean;
}

/** The longest interval that a feed can ask for: a typing error in a feed must not stop its polling for years. */
const LONGEST_HINT_MS = 86_400_000;

/** Polls one feed until it is permanently gone. */
const pollOne = (given: GivenFeed, rules: PollRules, shared: AskRules): Observable<FeedItem> => {
  const { pacing, once, intervalMs, floorMs, insist, jitter, backoff, random, events, memory, deliveries } = rules;
  const { scheduler } = pacing;
  const { name } = given;
  const at = (): { readonly source: string; readonly at: number } => ({ source: name, at: scheduler.now() });

  return defer(() => {
    let address: WebAddress = given;
    let failures = 0;
    let hintMs: number | undefined;
    let nextInMs: number | undefined;
    let reading = 0;
    let newest = memory.get(name)?.newest;
    const itemsOf = feedItems(pacing, rejecting(rules.rejections));

    const interval = (maxAgeMs: number | undefined): number => {
      const asked = insist
        ? intervalMs
        : Math.max(intervalMs, Math.min(LONGEST_HINT_MS, Math.max(hintMs ?? 0, maxAgeMs ?? 0)));
      return Math.round(asked * (1 + jitter * random.uniform()));
    };

    const fail = (error: HeadwaterError, wait: number | undefined): void => {
      nextInMs = once ? undefined : wait;
      events?.next({ type: 'failed', ...at(), code: error.code, message: error.message, nextInMs });
    };

    /** The wait after a failure, in milliseconds. */
    const afterFailure = (retryAfterMs: number | undefined, wholeInterval: boolean): number => {
      failures++;
      // The new address may be wrong: a network with a login page answers every request with a permanent redirect.
      address = given;
      if (retryAfterMs !== undefined) return Math.max(floorMs, retryAfterMs);
      const wait = floorMs + backoff(failures);
      return wholeInterval ? Math.max(intervalMs, wait) : wait;
    };

    /** Resets the failures after a correct response, and notes a new address. */
    const settle = (to: WebAddress | undefined): void => {
      failures = 0;
      if (to === undefined || to.url.href === address.url.href) return;
      address = to;
      events?.next({ type: 'moved', ...at(), to: to.url.href });
    };

    const take$ = (answer: FeedAnswer, known: RememberedFeed | undefined): Observable<FeedItem> => {
      if (answer.type === 'failed') {
        fail(answer.error, answer.gone ? undefined : afterFailure(answer.retryAfterMs, answer.tooMany));
        return EMPTY;
      }
      if (answer.type === 'unchanged') {
        settle(answer.moved);
        // Not if a reading was settled in between: its validators are newer.
        if (memory.get(name) === known) memory.set(name, answer.known);
        nextInMs = once ? undefined : interval(answer.maxAgeMs);
        events?.next({ type: 'unchanged', ...at(), nextInMs });
        return EMPTY;
      }
      const { document, broken, moved, maxAgeMs } = answer;
      hintMs = document.intervalMs;
      let items = 0;
      const met = new NewestItems(newest);
      const ordinal = reading++;
      const read = (): void => memory.set(name, withoutStuck({ ...answer.known, newest: met.names }, known));
      const delivered = deliveries ? new ReadingDeliveries(read) : undefined;
      const item$ = itemsOf(document).pipe(
        map((item): FeedItem => {
          items++;
          met.take(item);
          const delivery = delivered?.next(headlineId({ source: name, ...item }));
          return { ...item, reading: ordinal, ...(delivery === undefined ? {} : { delivery }) };
        }),
      );
      const done$ = defer(() => {
        if (broken !== undefined) {
          // A feed that is too long will be too long the next time as well, so the whole interval is kept.
          fail(broken, afterFailure(undefined, broken.code === 'HW_OVERFLOW'));
          return EMPTY;
        }
        settle(moved);
        newest = met.names;
        if (delivered === undefined) read();
        else delivered.end();
        nextInMs = once ? undefined : interval(maxAgeMs);
        const { title, count } = document;
        events?.next({ type: 'read', ...at(), items, rejected: count - items, title, nextInMs });
        if (met.gap) events?.next({ type: 'gap', ...at() });
        return EMPTY;
      });
      return concat(item$, done$);
    };

    const attempt$ = defer(() => {
      let leave = (): void => undefined;
      const known = memory.get(name);
      const ask$ = askFeed({ given, name, address, known }, shared, (release) => {
        leave();
        leave = release;
      });
      return ask$.pipe(
        mergeMap((answer) => take$(answer, known)),
        finalize(() => leave()),
      );
    });
    return attempt$.pipe(repeat({ delay: () => (nextInMs === undefined ? EMPTY : waitFor(nextInMs, scheduler)) }));
  });
};

/** Two feeds with one name are two feeds if they have different passwords. */
const keyOf = ({ name, authorization }: GivenFeed): string => JSON.stringify([name, authorization['authorization']]);

/**
 * Emits each feed of a list that is not polled yet, as the stream of its headlines. It ends when a list lacks the feed.
 *
 * @param poll polls a feed; `isOne` is whether no other feed of the list has its name
 */
const whileListed = (
  list$: Observable<readonly GivenFeed[]>,
  poll: (feed: GivenFeed, isOne: boolean) => Observable<LiveHeadline>,
): Observable<LiveHeadline> => {
  // A feed that is permanently gone stays in it, so that it is not requested again when the list changes.
  let begun = new Set<string>();
  return list$.pipe(
    connect((all$) =>
      all$.pipe(
        mergeMap((list) => {
          const added = list.filter((feed) => !begun.has(keyOf(feed)));
          begun = new Set(list.map(keyOf));
          return added.map((feed) => ({ feed, isOne: list.filter(({ name }) => name === feed.name).length === 1 }));
        }),
        mergeMap(({ feed, isOne }) =>
          poll(feed, isOne).pipe(
            takeUntil(all$.pipe(filter((list) => !list.some((other) => keyOf(other) === keyOf(feed))))),
          ),
        ),
      ),
    ),
  );
};

/**
 * Polls feeds concurrently, and numbers their headlines.
 *
 * @param list$ the lists of feeds. When a new list lacks a feed, this feed is left; the others go on
 * @param exchange sends one request; tests pass their own
 */
export const pollFeeds = (
  list$: Observable<readonly GivenFeed[]>,
  exchange: FeedExchange,
  rules: PollRules,
): Observable<LiveHeadline> =>
  new Observable((subscriber) => {
    const { scheduler } = rules.pacing;
    const hosts = new OneRequestPerHost(scheduler);
    const slots = new ConcurrencyLimit(rules.concurrency);
    // First of all: otherwise, while the feeds are unsubscribed one by one, a released turn or slot would go to a feed
    // that is about to be unsubscribed too.
    subscriber.add(() => {
      hosts.close();
      slots.close();
    });
    const shared: AskRules = {
      ...rules,
      exchange,
      scheduler,
      valve: rules.pacing.valve,
      hosts,
      slots,
    };
    let id = 0;
    whileListed(list$, (feed, isOne) =>
      // Validators that were received with one password do not apply with another. Such feeds get a memory of their
      // own.
      pollOne(feed, isOne ? rules : { ...rules, memory: feedMemory() }, shared).pipe(
        map((item): LiveHeadline => ({ id: id++, source: feed.name, seen: scheduler.now(), ...item })),
      ),
    ).subscribe(subscriber);
  });
