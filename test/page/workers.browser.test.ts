import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../src/contracts/live/WorkerStatus.js';
import { serveWorkers } from '../../src/server/work/serveWorkers.js';
import { atEnd, visit } from './visit.js';
import { chromiumPath } from './chromiumPath.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const status = (worker: string, given: Partial<WorkerStatus> = {}): WorkerStatus => ({
  worker,
  group: 'news',
  from: 'kafka://b1/headlines',
  to: 'kafka://b1/classified',
  at: Date.now(),
  since: Date.now() - 60_000,
  models: ['4f0c1d2e3a5b6978'],
  classified: 12_345,
  perSecond: 1204.4,
  inFlight: 64,
  retried: 3,
  deadLetters: 1,
  lost: 2,
  partitions: [0, 1],
  lag: { messages: 1000, of: 'worker' },
  connected: true,
  stalled: false,
  latencyMs: { p50: 4.2, p99: 31 },
  ...given,
});

describe.skipIf(chromiumPath === undefined)('the page of workers', { timeout: 60_000 }, () => {
  it('shows each worker, and what they do together', async () => {
    let workers = [status('a-1'), status('b-2', { models: ['4f0c1d2e3a5b6978', '00c1d2e3a5b69784'] })];
    const url = await new Promise<URL>((resolve) => {
      const served = serveWorkers({ statuses: () => workers, host: '127.0.0.1', port: 0 }).subscribe(resolve);
      atEnd(() => {
        served.unsubscribe();
        return undefined;
      });
    });
    const { page, faults, requests, picture } = await visit(url);
    const figure = (name: string) =>
      page
        .locator('.figure')
        .filter({ has: page.getByText(name, { exact: true }) })
        .locator('dd');
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
    await expect.poll(() => figure('Workers').textContent()).toBe('2');
    expect(await figure('Waiting messages').textContent()).toBe('2,000');
    expect(await figure('Lost').textContent()).toBe('4');
    expect(await row('b-2').textContent()).toContain('4f0c1d2e3a5b6978 and 00c1d2e3a5b69784');
    await picture('workers');

    // Two groups on JetStream, of which each worker reports the messages of its whole group.
    const ofGroup = (group: string, messages: number) => ({ group, lag: { messages, of: 'group' as const } });
    workers = [
      status('a-1', ofGroup('news', 30)),
      status('b-2', ofGroup('news', 29)),
      status('c-3', ofGroup('mail', 500)),
    ];
    await expect.poll(() => figure('Waiting messages').textContent()).toBe('530');
    expect(await row('c-3').textContent()).toContain('mail');

    // A clock that is ahead makes no worker silent.
    await page.clock.setSystemTime(Date.now() + 60_000);
    workers = [status('a-1', { classified: 77 }), status('b-2')];
    await expect.poll(() => row('a-1').textContent()).toContain('77');
    expect(await figure('Workers').textContent()).toBe('2');

    workers = [status('a-1', { stalled: true }), status('b-2', { at: Date.now() - 60_000 })];
    await expect.poll(() => row('a-1').textContent()).toContain('results wait');
    expect(await row('b-2').textContent()).toContain('silent since');
    expect(await figure('Workers').textContent()).toBe('1');

    // Past the policy of the page, which loads no other script.
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: axe });
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'axe.run().then(({ violations }) => violations.map(({ id }) => id).join())',
      awaitPromise: true,
    });
    expect(result.value).toBe('');
    expect(faults).toEqual([]);
    expect(requests.filter((address) => !address.startsWith(url.href))).toEqual([]);
  });
});
