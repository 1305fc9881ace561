const LANGUAGE = 'en-GB';

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(LANGUAGE, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LANGUAGE, { style: 'percent', maximumFractionDigits: 0 });
const percentTenth = new Intl.NumberFormat(LANGUAGE, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const points = new Intl.NumberFormat(LANGUAGE, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const clockMinutes = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(LANGUAGE, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** The text for a missing value. */
export const NOTHING = '–';

/** A count: `12,345`. */
export const formatCount = (count: number): string => whole.format(count);

/** A number in short form: `12.3K`. */
export const formatCompact = (value: number): string => compact.format(value);

/** A rate: `0.4`, `128`. */
export const formatRate = (rate: number): string =>
  (rate >= 10_000 ? compact : rate >= 100 ? whole : tenth).format(rate);

/** A share between 0 and 1: `91 %`. */
export const formatShare = (share: number): string => percent.format(share);

/** A share between 0 and 1 with one decimal. */
export const formatScore = (share: number): string => percentTenth.format(share);

/** A difference of shares, in percentage points with its sign. */
export const formatPoints = (difference: number): string => points.format(difference * 100).replace('-', '−');

/** A duration: `3 ms`, `1.2 s`. */
export const formatMs = (ms: number): string =>
  ms < 1000 ? `${(ms < 10 ? tenth : whole).format(ms)} ms` : `${tenth.format(ms / 1000)} s`;

/** A loss, in nats. */
export const formatLoss = (loss: number | null | undefined): string =>
  loss === null || loss === undefined ? NOTHING : loss.toFixed(3);

/** A time of day. */
export const formatTime = (ms: number): string => clock.format(ms);

/** A time on an axis with this span. */
export const formatTick = (ms: number, spanMs: number): string =>
  (spanMs > 86_400_000 ? dayAndClock : spanMs > 600_000 ? clockMinutes : clock).format(ms);

/** The width of a chart's bin in words: `1 second`, `5 minutes`. */
export const formatWidth = (ms: number): string => {
  const [count, unit] =
    ms < 60_000
      ? [ms / 1000, 'second']
      : ms < 3_600_000
        ? [ms / 60_000, 'minute']
        : ms < 86_400_000
          ? [ms / 3_600_000, 'hour']
          : [ms / 86_400_000, 'day'];
  return `${whole.format(count)} ${unit}${count === 1 ? '' : 's'}`;
};
