/** What is needed to tell how far a page is behind its server. */
export interface Arrival {
  /** When the server answered, by its clock, in milliseconds since 1970. */
  readonly answeredAt: number;
  /** When the page opened the connection, by the server's clock. */
  readonly connectedAt: number;
  /** When the event came here, by our clock. */
  readonly now: number;
  /** What the server's clock is ahead of ours. */
  readonly aheadMs: number;
}

/**
 * How long an event may take to the page before it is behind. Longer than the second that a `Date` field is rounded to.
 * Milliseconds.
 */
export const BEHIND_MS = 3000;

/**
 * How long an event took from the server to the page. Of one from before the connection nothing can be said: it is
 * history.
 */
export const lagOf = ({ answeredAt, connectedAt, now, aheadMs }: Arrival): number =>
  answeredAt < connectedAt ? 0 : Math.max(0, now + aheadMs - answeredAt);

/**
 * What the server's clock is ahead of ours, by the `Date` field of an answer that has just come; 0 where it has none.
 * Dates are cut to seconds, so half a second is added.
 */
export const clockAhead = (date: string | null, now: number): number => {
  const server = date === null ? NaN : Date.parse(date);
  return Number.isNaN(server) ? 0 : server + 500 - now;
};
