import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileElecting } from '../../src/brokers/nats/internal/whileElecting.js';
import type { WorkEvent } from '../../src/brokers/WorkEvent.js';

const failure = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });

/** A request that fails so often with an error, or for ever. */
const failing = (error: Error, times = Infinity) => {
  let tried = 0;
  return vi.fn(() => (tried++ < times ? Promise.reject(error) : Promise.resolve('answer')));
};

describe('a request at the start of a worker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const NO_LEADER: readonly Error[] = [
    failure('TimeoutError'),
    failure('NoResponders'),
    failure('JetStreamNotEnabled'),
    failure('JetStreamApiError', { status: 503 }),
    failure('RequestError', { cause: failure('NoResponders') }),
  ];

  it.each(NO_LEADER)('is repeated while nobody answers: %s', async (error) => {
    const events: WorkEvent[] = [];
    const request = failing(error, 3);
    const answer = whileElecting(request, { events: { next: (event) => events.push(event) }, server: 'nats:4222' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await answer).toBe('answer');
    expect(request).toHaveBeenCalledTimes(4);
    expect(events.map(({ type }) => type)).toEqual(['disconnected', 'connected']);
  });

  it('is repeated though it took longer than half a minute until it failed', async () => {
    let tried = 0;
    const request = async (): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, 40_000));
      if (tried++ === 0) throw failure('TimeoutError');
      return 'file';
    };
    const answer = whileElecting(request, { events: undefined, server: '' });
    answer.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(90_000);
    expect(await answer).toBe('file');
  });

  it('is not repeated after an answer that says no, nor for ever, nor where nobody needs it', async () => {
    const missing = failing(failure('StreamNotFoundError', { status: 404 }));
    await expect(whileElecting(missing, { events: undefined, server: '' })).rejects.toThrow('StreamNotFound');
    expect(missing).toHaveBeenCalledTimes(1);

    const over = failing(failure('TimeoutError'));
    await expect(whileElecting(over, { events: undefined, server: '', isOver: () => true })).rejects.toThrow('Timeout');

    const refused = expect(
      whileElecting(failing(failure('TimeoutError')), { events: undefined, server: '' }),
    ).rejects.toThrow('Timeout');
    await vi.advanceTimersByTimeAsync(31_000);
    await refused;
  });
});
