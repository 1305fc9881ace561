import { formatMs } from '../elements/format.js';
import { BEHIND_MS, lagOf } from '../elements/lag.js';
import type { StreamNews } from './reconnecting.js';

/** The state of the connection. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly connectedAt: number; readonly aheadMs: number }
  | {
      readonly state: 'behind';
      readonly connectedAt: number;
      readonly aheadMs: number;
      readonly lagMs: number;
      /** The local time of the last late headline. */
      readonly heardAt: number;
    }
  | { readonly state: 'reconnecting'; readonly retryAt: number }
  | { readonly state: 'over' };

/** The label and the announcement of a connection state. */
export interface ConnectionText {
  readonly label: string;
  readonly announcement: string;
}

/** The state of the connection after an event of its stream. */
export const connectionAfter = (before: Connection, news: StreamNews, now: number): Connection => {
  switch (news.type) {
    case 'connecting':
      // If the loss was already announced, a new attempt is not announced. And changing to another stream is not a
      // loss.
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

/** The state of the connection after a headline with this server time of the answer. */
export const connectionAt = (before: Connection, answeredAt: number, now: number): Connection => {
  if (before.state !== 'live' && before.state !== 'behind') return before;
  const { connectedAt, aheadMs } = before;
  const lagMs = lagOf({ answeredAt, connectedAt, aheadMs, now });
  return lagMs > BEHIND_MS
    ? { state: 'behind', connectedAt, aheadMs, lagMs, heardAt: now }
    : { state: 'live', connectedAt, aheadMs };
};

/** A page that is behind receives headlines one after another. After this time without one, it is not. Milliseconds. */
const QUIET_MS = 10_000;

/** The state of the connection at a time without news. */
export const connectionWithoutNews = (before: Connection, now: number): Connection => {
  if (before.state !== 'behind' || now - before.heardAt < QUIET_MS) return before;
  const { connectedAt, aheadMs } = before;
  return { state: 'live', connectedAt, aheadMs };
};

/** The text of a connection state. */
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
