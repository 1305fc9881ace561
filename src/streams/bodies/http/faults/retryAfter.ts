// The date formats of HTTP: its own format, that of RFC 850, and that of C's asctime, which is implicitly UTC. They are
// checked because V8 parses almost any text as a date.
const DATE = /^[A-Za-z]{3,9}, .{5,30} GMT$/;
const ASCTIME = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/** An HTTP date in milliseconds since 1970; NaN if the text is not one. */
const httpDate = (written: string): number =>
  DATE.test(written) ? Date.parse(written) : ASCTIME.test(written) ? Date.parse(`${written} GMT`) : NaN;

/** The longest wait that a server can ask for, in milliseconds: a day. */
const LONGEST = 86_400_000;

/**
 * The wait that a server asks for with `Retry-After`: seconds, or a date; at most a day.
 *
 * @param value the header
 * @param date the server's `Date` header. If the server's clock is wrong, both of its dates are wrong by the same
 *   amount
 * @param now the local time, for a server without a `Date` header
 * @returns milliseconds; undefined if the header is missing or invalid
 */
export const retryAfter = (value: string | undefined, date: string | undefined, now: number): number | undefined => {
  const written = value?.trim() ?? '';
  if (/^\d{1,10}$/.test(written)) return Math.min(LONGEST, Number(written) * 1_000);
  const until = httpDate(written);
  const there = httpDate(date ?? '');
  return Number.isNaN(until) ? undefined : Math.min(LONGEST, Math.max(0, until - (Number.isNaN(there) ? now : there)));
};
