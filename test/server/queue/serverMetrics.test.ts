import { PerformanceObserver } from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import { serverMetrics } from '../../../src/server/queue/serverMetrics.js';

const none = (): number => 0;
const made = (waiting: number) =>
  serverMetrics({
    waiting: () => waiting,
    connections: none,
    models: () => ({ inUse: 'a', before: null, candidate: null, candidateError: null }),
    listeners: none,
  });

describe('serverMetrics', () => {
  it('watches the process once, however many servers there are, and tells each of them of it', async () => {
    const observe = vi.spyOn(PerformanceObserver.prototype, 'observe');
    const servers = [made(1), made(2), made(3)];
    expect(observe.mock.calls.length).toBe(1);
    const exposed = await Promise.all(servers.map(({ expose }) => expose()));
    exposed.forEach((text, index) => {
      expect(text).toContain('nodejs_eventloop_lag_seconds');
      expect(text.split('\n').filter((line) => line.startsWith('headwater_queue_headlines'))).toEqual([
        `headwater_queue_headlines ${index + 1}`,
      ]);
    });
    observe.mockRestore();
  });
});
