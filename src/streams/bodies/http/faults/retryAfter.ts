// What HTTP has for dates: its own form, RFC 850's, and C's asctime, which is in UTC without saying so. V8 would make a
// date of nearly everything.
const DATE = /^[A-Za-z]{3,9}, .{5,30} GMT$/;
const ASCTIME = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/** A date of HTTP in milliseconds since 1970; NaN for what is none. */
const httpDate = (written: string): number =>
  DATE.test(written) ? Date.parse(written) : ASCTIME.test(written) ? Date.parse(`${written} GMT`) : NaN;

/**
 * How long a server asks to be left alone, by its `Retry-After`: seconds, or a date.
 *
 * @param value the header
 * @param date the server's `Date`: its clock may be wrong, and its two dates are then wrong by the same
 * @param now the time here, for a server that does not say what time it is there
 * @returns milliseconds; undefined where it says nothing that can be understood
 */
export const retryAfter = (value: string | undefined, date: string | undefined, now: number): number | undefined => {
  const written = value?.trim() ?? '';
  if (/^\d{1,10}$/.test(written)) return Number(written) * 1_000;
  const until = httpDate(written);
  const there = httpDate(date ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until - (Number.isNaN(there) ? now : there));
};
