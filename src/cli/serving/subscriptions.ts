import * as t from 'io-ts';
import {
  BehaviorSubject,
  distinct,
  distinctUntilChanged,
  EMPTY,
  map,
  mergeMap,
  type Observable,
  skip,
  Subject,
  switchMap,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { withoutSecrets } from '../../streams/bodies/http/connection/WebAddress.js';
import type { ServedFeeds } from '../../server/feeds/ServedFeeds.js';
import { givenName, sourceName, type WatchedFeed, watchedFeeds } from '../live/watchedFeed.js';

/** The changes to the feeds of the command line while the server ran: `subscriptions.json`. */
export const SubscriptionsJson = t.strict({ added: t.readonlyArray(t.string), removed: t.readonlyArray(t.string) });

/** The changes to the feeds of the command line. */
export type SubscriptionsJson = t.TypeOf<typeof SubscriptionsJson>;

/** The feeds of a server, which can be changed at run time. */
export interface Subscriptions extends ServedFeeds {
  /** Emits after each change. */
  readonly change$: Observable<unknown>;
  /** The number of feeds. */
  readonly count: number;
  /** The names of the feeds in headlines and events. */
  readonly sources: readonly string[];
  /** Emits each feed that is no longer read. */
  readonly removed$: Observable<WatchedFeed>;
  /** The changes to the feeds of the command line. */
  toJSON(): SubscriptionsJson;
  /** The addresses of the feeds that are polled: at once, and after each change. One poller reads all of them. */
  readonly polled$: Observable<readonly string[]>;
  /** Reads each of the other feeds while it is in the list. */
  read(headlines: (feed: WatchedFeed) => Observable<LiveHeadline>): Observable<LiveHeadline>;
}

/** The maximum number of feeds. */
const MOST = 10_000;

const sameNames = (before: readonly string[], now: readonly string[]): boolean =>
  before.length === now.length && before.every((name, index) => name === now[index]);

/**
 * Makes the list of a server's feeds.
 *
 * @param named the feeds of the command line
 * @param changed the changes before a restart
 */
export const subscriptions = (named: readonly WatchedFeed[], changed?: SubscriptionsJson): Subscriptions => {
  const added = new Set(changed?.added);
  const removed = new Set(changed?.removed);
  const first = new Map(named.map((feed) => [givenName(feed), feed]));
  for (const name of added) for (const feed of watchedFeeds([name])) first.set(givenName(feed), feed);
  for (const name of removed) first.delete(name);
  const feed$ = new BehaviorSubject<readonly WatchedFeed[]>([...first.values()]);
  const removed$ = new Subject<WatchedFeed>();
  const isNamed = (name: string): boolean => named.some((feed) => givenName(feed) === name);
  return {
    get addresses() {
      return feed$.value.map((feed) => withoutSecrets(givenName(feed)));
    },
    get count() {
      return feed$.value.length;
    },
    get sources() {
      return feed$.value.map(sourceName);
    },
    add: (name) => {
      const present = new Set(feed$.value.map(givenName));
      const more = watchedFeeds([name]).filter((feed) => !present.has(givenName(feed)));
      if (more.length === 0) return false;
      if (feed$.value.length >= MOST)
        throw new HeadwaterError('HW_USAGE', `The server reads ${MOST} feeds already. Remove one of them first.`);
      for (const given of more.map(givenName)) {
        removed.delete(given);
        if (!isNamed(given)) added.add(given);
      }
      feed$.next([...feed$.value, ...more]);
      return true;
    },
    remove: (name) => {
      const known = new Set([name, ...watchedFeeds([name]).map(givenName)]);
      const isMeant = (given: string): boolean =>
        // A client knows the addresses without their passwords.
        known.has(given) || known.has(withoutSecrets(given));
      const gone = feed$.value.filter((feed) => isMeant(givenName(feed)));
      if (gone.length === 0) return false;
      for (const given of gone.map(givenName)) {
        added.delete(given);
        if (isNamed(given)) removed.add(given);
      }
      feed$.next(feed$.value.filter((feed) => !gone.includes(feed)));
      for (const feed of gone) removed$.next(feed);
      return true;
    },
    change$: feed$.pipe(skip(1)),
    removed$,
    toJSON: () => ({ added: [...added], removed: [...removed] }),
    polled$: feed$.pipe(
      map((feeds) => feeds.flatMap(({ kind, address }) => (kind === 'feed' ? [address] : []))),
      distinctUntilChanged(sameNames),
    ),
    read: (headlines) =>
      feed$.pipe(
        mergeMap((feeds) => feeds.filter(({ kind }) => kind !== 'feed')),
        distinct(givenName),
        mergeMap((other) =>
          feed$.pipe(
            map((feeds) => feeds.some((feed) => givenName(feed) === givenName(other))),
            distinctUntilChanged(),
            switchMap((isListed) => (isListed ? headlines(other) : EMPTY)),
          ),
        ),
      ),
  };
};
