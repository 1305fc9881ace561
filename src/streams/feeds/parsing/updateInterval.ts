import type { FeedOutline } from './items/FeedOutline.js';

const MINUTE = 60_000;

const PERIODS: Readonly<Record<string, number>> = {
  hourly: 60 * MINUTE,
  daily: 1_440 * MINUTE,
  weekly: 10_080 * MINUTE,
  monthly: 43_200 * MINUTE,
  yearly: 525_600 * MINUTE,
};

/** The text at the start of the first element with this name, if it is a word or a number. */
const word = (head: string, name: string): string | undefined =>
  new RegExp(`<${name}\\b[^<>]*>\\s{0,40}(?:<!\\[CDATA\\[)?\\s{0,40}([\\w.]{1,20})`, 'i').exec(head)?.[1];

/**
 * How often a feed asks to be requested, by RSS's `ttl`, or else by `sy:updatePeriod`. Milliseconds; undefined if it
 * does not say.
 */
export const updateInterval = ({ head }: FeedOutline): number | undefined => {
  const ttl = Number(word(head, 'ttl'));
  if (ttl > 0 && Number.isFinite(ttl)) return Math.round(ttl * MINUTE);
  const period = PERIODS[word(head, 'sy:updatePeriod')?.toLowerCase() ?? ''];
  const frequency = Number(word(head, 'sy:updateFrequency') ?? 1);
  return period === undefined || !(frequency > 0) || !Number.isFinite(frequency)
    ? undefined
    : Math.round(period / frequency);
};
