import { socketAddress } from '../../streams/live/internal/socketAddress.js';
import { feedName } from './feedName.js';
import { locate } from '../../streams/bodies/locate.js';

/** Something to watch, as an argument of the command names it. */
export type WatchedFeed =
  /** A feed that is read again and again: RSS, Atom or JSON Feed. */
  | { readonly kind: 'feed'; readonly address: string }
  /** A file that is one. */
  | { readonly kind: 'file'; readonly address: string }
  /** A stream of server-sent events. */
  | { readonly kind: 'events'; readonly address: string }
  /** A WebSocket. */
  | { readonly kind: 'socket'; readonly address: string }
  /** Lines of stdin. */
  | { readonly kind: 'lines'; readonly address: 'stdin' };

/**
 * What the arguments name, each once, in their order. What is no address is refused here, by those who read from it:
 * before a model is loaded or a server listens.
 *
 * @throws HeadwaterError `HW_USAGE` for an address that nothing can be read from
 */
export const watchedFeeds = (names: readonly string[]): readonly WatchedFeed[] =>
  [...new Set(names.map((name) => feedName(name)))].map((name): WatchedFeed => {
    if (name === '-') return { kind: 'lines', address: 'stdin' };
    if (/^sse\+https?:\/\//i.test(name)) {
      const address = name.slice('sse+'.length);
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
