import { expect, it } from 'vitest';
import { samplesOf } from '../../../src/page/connection/metrics.js';
import { leftOutBy } from '../../../src/page/serving/LeftOut.js';
import { serverMetrics } from '../../../src/server/queue/serverMetrics.js';

it('counts what was left out by reason, as the metrics of a server have it', async () => {
  const metrics = serverMetrics({
    models: () => ({ inUse: { id: 'a' }, before: null, candidate: null, candidateError: null }) as never,
    waiting: () => 0,
    connections: () => 0,
    listeners: () => 0,
  });
  metrics.dropped('repeat-link', 3);
  metrics.dropped('queue-full', 2);
  for (const source of ['https://a.example/?q="x"', 'https://b.example/']) metrics.rejected(source);
  const text = await metrics.expose();
  expect(leftOutBy(text)).toEqual([
    { reason: 'was there before, by its link', count: 3, isRepeat: true },
    { reason: 'the queue was full', count: 2, isRepeat: false },
    { reason: 'the item could not be read', count: 2, isRepeat: false },
  ]);
  expect(samplesOf(text, 'headwater_feed_rejections_total')[0]).toEqual({
    labels: { feed: 'https://a.example/?q="x"' },
    value: 1,
  });
});
