import { socketAddress } from '../../streams/live/internal/socketAddress.js';
import { feedName } from './feedName.js';
import { locate } from '../../streams/bodies/locate.js';

/** The prefix that distinguishes a stream of server-sent events from a feed. */
const EVENTS = 'sse+';

/** A source to watch, as an argument of the command. */
export type WatchedFeed =
  /** A feed that is polled: RSS, Atom or JSON Feed. */
  | { readonly kind: 'feed'; readonly address: string }
  /** A file that contains a feed. */
  | { readonly kind: 'file'; readonly address: string }
  /** A stream of server-sent events. */
  | { readonly kind: 'events'; readonly address: string }
  /** A WebSocket. */
  | { readonly kind: 'socket'; readonly address: string }
  /** Lines of stdin. */
  | { readonly kind: 'lines'; readonly address: 'stdin' };

/** The name of a source in its headlines and events: its address without a password. */
export const sourceName = ({ kind, address }: WatchedFeed): string => {
  if (kind === 'lines') return address;
  return kind === 'socket' ? socketAddress(address).name : locate(address).name;
};

/** A source in the form in which it was given, so that it can be given again. */
export const givenName = ({ kind, address }: WatchedFeed): string => {
  switch (kind) {
    case 'lines':
      return '-';
    case 'events':
      return `${EVENTS}${address}`;
    case 'feed':
    case 'file':
    case 'socket':
      return address;
  }
};

/**
 * The sources in the arguments, without duplicates, in order. Invalid addresses are refused here, by the checks of
 * their readers, before a model is loaded or a server listens.
 *
 * @throws HeadwaterError `HW_USAGE` if an address cannot be read
 */
export const watchedFeeds = (names: readonly string[]): readonly WatchedFeed[] =>
  [...new Set(names.map((name) => feedName(name)))].map((name): WatchedFeed => {
    if (name === '-') return { kind: 'lines', address: 'stdin' };
    if (/^sse\+https?:\/\//i.test(name)) {
      const address = name.slice(EVENTS.length);
      locate(address);
      return { kind: 'events', address };
    }
    if (/^wss?:\/\//i.test(name)) {
      socketAddress(name);
      return { kind: 'socket', address: name };
    }
    const location = locate(name);
    return location.kind === 'file' ? { kind: 'file', address: location.path } : { kind: 'feed', address: name };
  });
