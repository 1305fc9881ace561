/** The times that give the lag of a page behind its server. */
export interface Arrival {
  /** The server time of the answer, in milliseconds since 1970. */
  readonly answeredAt: number;
  /** The server time at which the page opened the connection. */
  readonly connectedAt: number;
  /** The local time at which the event arrived. */
  readonly now: number;
  /** The difference of the server's clock to the local clock; positive if the server is ahead. */
  readonly aheadMs: number;
}

/**
 * An event that takes longer to the page counts as late. The limit is longer than the second to which a `Date` field is
 * rounded. Milliseconds.
 */
export const BEHIND_MS = 3000;

/**
 * The time that an event took from the server to the page. For an event from before the connection it is 0, because
 * such an event is history.
 */
export const lagOf = ({ answeredAt, connectedAt, now, aheadMs }: Arrival): number =>
  answeredAt < connectedAt ? 0 : Math.max(0, now + aheadMs - answeredAt);

/**
 * The difference of the server's clock to the local clock, from the `Date` field of a new response; 0 if it has none.
 * Dates are truncated to seconds, so half a second is added.
 */
export const clockAhead = (date: string | null, now: number): number => {
  const server = date === null ? NaN : Date.parse(date);
  return Number.isNaN(server) ? 0 : server + 500 - now;
};
