import { formatMs } from '../elements/format.js';
import { BEHIND_MS, lagOf } from '../elements/lag.js';
import type { StreamNews } from './reconnecting.js';

/** How the page is connected. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly connectedAt: number; readonly aheadMs: number }
  | { readonly state: 'behind'; readonly connectedAt: number; readonly aheadMs: number; readonly lagMs: number }
  | { readonly state: 'reconnecting'; readonly retryAt: number }
  | { readonly state: 'over' };

/** What a connection is called, and what is said of it. */
export interface ConnectionText {
  readonly label: string;
  readonly announcement: string;
}

/** How the page is connected after something happened to its stream. */
export const connectionAfter = (before: Connection, news: StreamNews, now: number): Connection => {
  switch (news.type) {
    case 'connecting':
      // Whoever was told that it is lost need not be told that another attempt has begun; and what goes over to another
      // stream is not lost.
      return before.state === 'reconnecting' ? { ...before, retryAt: now } : before;
    case 'opened':
      return { state: 'live', connectedAt: now + news.aheadMs, aheadMs: news.aheadMs };
    case 'waiting':
      return { state: 'reconnecting', retryAt: now + news.ms };
    case 'over':
      return { state: 'over' };
    case 'event':
      return before;
  }
};

/** How the page is connected after a headline came that the server answered at this time, by its own clock. */
export const connectionAt = (before: Connection, answeredAt: number, now: number): Connection => {
  if (before.state !== 'live' && before.state !== 'behind') return before;
  const { connectedAt, aheadMs } = before;
  const lagMs = lagOf({ answeredAt, connectedAt, aheadMs, now });
  return lagMs > BEHIND_MS ? { state: 'behind', connectedAt, aheadMs, lagMs } : { state: 'live', connectedAt, aheadMs };
};

/** What is said of a connection. */
export const describeConnection = (connection: Connection, now: number): ConnectionText => {
  switch (connection.state) {
    case 'connecting':
      return { label: 'Connecting…', announcement: 'Connecting to the server.' };
    case 'live':
      return { label: 'Live', announcement: 'Connected: what is new appears as it comes.' };
    case 'behind':
      return { label: `Behind by ${formatMs(connection.lagMs)}`, announcement: 'The page is behind the server.' };
    case 'reconnecting': {
      const seconds = Math.ceil((connection.retryAt - now) / 1000);
      return {
        label: seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting…',
        announcement: 'The connection is lost. Reconnecting.',
      };
    }
    case 'over':
      return { label: 'Ended', announcement: 'It has ended.' };
  }
};
