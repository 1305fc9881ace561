import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';

/**
 * The longest time for what a broker or a worker does. It is far away: on a busy machine the start of a process alone
 * can take a minute. Nothing waits for it unless a test fails.
 */
const FAR_MS = 240_000;

/** Options of `expect.poll` for what a broker or a worker does. */
export const PATIENT = { timeout: FAR_MS, interval: 100 };

/** The timeout of a request to a server that runs. */
export const REQUEST = { timeout: FAR_MS };

/** Lets the tests and hooks of a file wait for several such things. */
export const waitPatiently = (): void => {
  vi.setConfig({ testTimeout: 2 * FAR_MS, hookTimeout: 2 * FAR_MS });
};

/**
 * Repeats a request that may be repeated until it succeeds. A server that was killed, or whose successor is not elected
 * yet, gives no answer.
 */
export const eventually = async <T>(request: () => Promise<T>): Promise<T> => {
  for (const since = Date.now(); ;) {
    try {
      return await request();
    } catch (error) {
      if (Date.now() - since > FAR_MS) throw error;
      await sleep(200);
    }
  }
};
