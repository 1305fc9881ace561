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
  // Anything but a number would be taken for a date by V8 where it only can.
  if (!/^[A-Za-z]{3,9},? /.test(written)) return undefined;
  const until = Date.parse(written);
  const there = Date.parse(date ?? '');
  return Number.isNaN(until) ? undefined : Math.max(0, until - (Number.isNaN(there) ? now : there));
};
