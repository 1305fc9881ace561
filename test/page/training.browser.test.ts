import type { Page } from 'playwright-core';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { serveTraining } from '../../src/server/training/serveTraining.js';
import type { TrainingUpdate } from '../../src/server/training/TrainingUpdate.js';
import { scores } from '../../src/sinks/metrics/scores.js';
import { ended, epochEnded, epochStarted, started, step } from '../sinks/events.js';
import { atEnd, visit } from './visit.js';
import { chromiumPath } from './chromiumPath.js';
import { violations } from './looking.js';

const classes = ['Sports', 'World'];
const side = (rows: number) => ({ rows, classes: { Sports: rows / 2, World: rows / 2 } });
const prepared: TrainingUpdate = {
  type: 'prepared',
  config: {
    cell: 'lstm',
    bidirectional: false,
    vocabularySize: 541,
    embeddingDim: 8,
    hiddenDim: 16,
    fcDim: 8,
    dropout: 0.1,
    classes: 2,
  },
  classes,
  split: { train: side(80), validation: side(20), test: side(20) },
};
const confusion = [9, 1, 2, 8];
const report: TrainingUpdate = {
  type: 'report',
  model: 'lstm',
  report: { classes, confusion, performance: scores(confusion, classes), accuracy: 0.85, loss: 0.4, rows: 20 },
};

const stage = (name: string, busy: number, errors = 0) => ({
  name,
  subscriptions: 1,
  values: 100,
  rate: 50,
  busy,
  latencyMs: 2,
  holdings: [{ operator: 'boundedQueue', held: 3, most: 8, bound: null, highWaterMark: 8 }],
  rejected: 0,
  errors,
});
const flow: TrainingUpdate = {
  type: 'flow',
  atMs: 1000,
  intervalMs: 1000,
  stages: [stage('train', 0.8), stage('queue', 0.1, 2)],
  edges: [{ from: 'queue', to: 'train', values: 100 }],
  valves: [{ holder: 'boundedQueue', share: 0.5, heldMs: 500 }],
  idle: 0.1,
  bottleneck: 'train',
};

const figure = (page: Page, name: string) =>
  page
    .locator('.figure')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');

describe.skipIf(chromiumPath === undefined)('the page and the server of a training', { timeout: 120_000 }, () => {
  it('agree on it from before it begins until it has ended', async () => {
    const update$ = new Subject<TrainingUpdate>();
    const drain$ = new Subject<void>();
    const url = await new Promise<URL>((resolve) => {
      const subscription = serveTraining(update$, { stay: true, drain$ }).subscribe((event) => {
        if (event.type === 'listening') resolve(event.url);
      });
      atEnd(() => {
        subscription.unsubscribe();
        return undefined;
      });
    });
    const early = (await visit(url)).page;
    await early.getByText('Live', { exact: true }).waitFor();
    await early.getByText('The rows are being read.').waitFor();

    update$.next({
      type: 'rejection',
      reason: 'ragged',
      id: 7,
      source: 'news.csv',
      line: 9,
      byte: 0,
      field: undefined,
      expected: '2 fields',
      got: '1',
    });
    for (const update of [
      prepared,
      started(),
      epochStarted(1),
      step(1, 0),
      epochEnded(1, true),
      epochStarted(2),
      step(2, 0),
      epochEnded(2, false),
      flow,
    ])
      update$.next(update);
    const late = (await visit(url)).page;
    for (const page of [early, late]) {
      await expect.poll(() => figure(page, 'Epoch').textContent()).toBe('2 of 8');
      await expect.poll(() => figure(page, 'Rejected rows').textContent()).toBe('1');
      await expect.poll(() => figure(page, 'Lowest validation loss').textContent()).toBe('0.901 epoch 1');
      await page.getByRole('img', { name: /^Quality\. After epoch 2 the accuracy is 62\.5%/ }).waitFor();
      await page.getByText('LSTM').first().waitFor();
    }

    // The graph of the pipeline, also for who came later.
    for (const page of [early, late]) {
      await page.getByText('The bottleneck is train: all stages together worked 90% of the last second.').waitFor();
      expect(await page.locator('.flow-stage').count()).toBe(2);
      expect(await page.locator('.flow-slowest .flow-name').textContent()).toBe('train');
      expect(await page.locator('.flow-edge').count()).toBe(1);
      expect(await page.locator('.flow-trouble').allTextContents()).toEqual(['', '2 errors']);
      await page.locator('section:has(#flow-heading) summary').click();
      await page.getByRole('row', { name: 'queue 50 10% 2 ms boundedQueue 3 of 8 0 2' }).waitFor();
      expect(await violations(page)).toEqual([]);
    }

    for (const update of [ended(), report]) update$.next(update);
    update$.complete();
    for (const page of [early, late]) {
      await expect.poll(() => figure(page, 'Now').textContent()).toBe('Done');
      await page.getByRole('table', { name: /^Confusion matrix/ }).waitFor();
    }
    // Whoever comes now finds it as well.
    const last = (await visit(url)).page;
    await expect.poll(() => figure(last, 'Now').textContent()).toBe('Done');
    await last.getByRole('table', { name: /^Confusion matrix/ }).waitFor();
    drain$.next();
  });
});
