import { Bench } from 'tinybench';

/** The duration of a step, as measured by tinybench. */
export interface Timing {
  /** Items per second by wall-clock time, from the first step to the last. A step returns its number of items. */
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The fastest step: on a busy machine it is closest to the time on an idle one. */
  readonly leastUs: number;
}

/** The time of the measurement, in seconds. */
export interface Duration {
  readonly warmup: number;
  readonly seconds: number;
}

/** Runs a step repeatedly, first as a warm-up, then timed. The step returns its number of items. */
export const measure = async (
  step: (ordinal: number) => number | Promise<number>,
  { warmup, seconds }: Duration,
  async = false,
): Promise<Timing> => {
  let items = 0;
  let ordinal = 0;
  let begun = 0;
  let ended = 0;
  const bench = new Bench({
    time: seconds * 1000,
    iterations: 1,
    warmupTime: warmup * 1000,
    warmupIterations: 1,
    throws: true,
    setup: () => {
      items = 0;
      begun = performance.now();
    },
  });
  const done = (count: number): void => {
    items += count;
    ended = performance.now();
  };
  if (async) bench.add('step', async () => done(await step(ordinal++)), { async: true });
  else bench.add('step', () => done(step(ordinal++) as number), { async: false });
  if (async) await bench.run();
  else bench.runSync();
  const result = bench.tasks[0]?.result;
  if (result?.state !== 'completed') throw new Error(`tinybench ended in the state ${result?.state ?? 'none'}.`);
  return {
    perSecond: (items * 1000) / (ended - begun),
    p50Us: result.latency.p50 * 1000,
    p99Us: result.latency.p99 * 1000,
    leastUs: result.latency.min * 1000,
  };
};
