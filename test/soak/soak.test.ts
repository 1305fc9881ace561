import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runTraffic, type Held, type TrafficOptions, type TrafficReport } from './traffic.js';

/** `npm run test:soak` takes the hour; every other run of the tests ten seconds. */
const hour = process.env['MODE'] === 'soak';

/**
 * An hour at 100 headlines a second, or ten seconds at 2,000: with what one headline leaves behind, either would grow
 * by megabytes.
 */
const TRAFFIC: TrafficOptions = hour
  ? { seconds: 3600, lines: 100, feeds: 10, interval: 60, look: 60 }
  : { seconds: 10, lines: 2000, feeds: 4, interval: 1, look: 1 };

/** What the measure itself varies by: compiled code comes and goes. */
const NOISE = 1024 * 1024;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * By how much what is held has grown from the second third of the time to the last; the first third is for warming up.
 */
const growth = (held: readonly Held[], of: (held: Held) => number): number => {
  const third = Math.floor(held.length / 3);
  return mean(held.slice(-third).map(of)) - mean(held.slice(-2 * third, -third).map(of));
};

describe(`live headlines for ${hour ? 'an hour' : 'ten seconds'}`, () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it(
    'classifies each once, drops none, and holds no more at the end than at the start',
    { timeout: 1_800_000 },
    async () => {
      const report: TrafficReport = await runTraffic(TRAFFIC);
      const { held, sent, classified, repeated, dropped, rejected, asked, told } = report;
      if (hour)
        console.log(
          `${classified} headlines; held, in MiB, each minute: ` +
            held.map(({ bytes }) => (bytes / NOISE).toFixed(1)).join(' '),
        );

      // What came in the last second may wait still.
      expect(classified).toBeGreaterThanOrEqual(sent - 64);
      expect(classified).toBeLessThanOrEqual(sent);
      expect(sent).toBeGreaterThanOrEqual(TRAFFIC.seconds * TRAFFIC.lines * 0.9);
      expect(repeated).toBeGreaterThanOrEqual(TRAFFIC.seconds * TRAFFIC.lines * 0.1);
      expect(dropped).toBe(0);

      // Every feed was asked for as often as it was to be, and every answer told.
      const rounds = TRAFFIC.seconds / TRAFFIC.interval;
      expect(asked).toBeGreaterThanOrEqual(TRAFFIC.feeds * rounds * 0.7);
      expect(asked).toBeLessThanOrEqual(TRAFFIC.feeds * (rounds + 1));
      expect(told.read + told.unchanged + told.failed).toBe(asked);
      expect(Math.min(told.read, told.unchanged, told.failed)).toBeGreaterThan(0);
      expect(rejected).toBeGreaterThan(0);

      expect(growth(held, ({ bytes }) => bytes)).toBeLessThan(NOISE);
      expect(growth(held, ({ timers }) => timers)).toBeLessThan(3);
      expect(new Set(held.map(({ tensors }) => tensors)).size).toBe(1);
    },
  );
});
