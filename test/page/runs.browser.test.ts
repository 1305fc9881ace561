import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ModelView } from '../../src/contracts/training/TrainingView.js';
import { serveRuns } from '../../src/server/training/serveRuns.js';
import { atEnd, visit } from './visit.js';
import { chromiumPath } from './chromiumPath.js';
import { live, violations } from './looking.js';
import { about, CLASSES } from './newsModel.js';
import { newsOf, REPORT, serveTraining, SPLIT } from './trainingServer.js';

const gru: ModelView = { name: 'models/gru', modelId: 'aaaa', classes: CLASSES, ...about };

/** Another one: an LSTM of three epochs that is better. */
const lstm: ModelView = {
  ...gru,
  name: 'models/lstm',
  modelId: 'bbbb',
  config: { ...about.config, cell: 'lstm' },
  performance: { ...about.performance, overall: { ...about.performance.overall, f1: 0.9 } },
  training: {
    ...about.training,
    epochs: about.training.epochs
      .slice(0, 3)
      .map((epoch) => ({ ...epoch, validationLoss: epoch.validationLoss - 0.1 })),
  },
};

const serve = async (runs: readonly ModelView[]): Promise<URL> => {
  const listening = new Promise<URL>((resolve, reject) => {
    const subscription = serveRuns(runs).subscribe({
      next: (event) => {
        if (event.type === 'listening') resolve(event.url);
      },
      error: reject,
    });
    atEnd(() => {
      subscription.unsubscribe();
      return undefined;
    });
  });
  return listening;
};

describe.skipIf(chromiumPath === undefined)('the page of several runs', { timeout: 120_000 }, () => {
  it.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['phone', { viewport: { width: 390, height: 844 } }],
  ])('shows trainings that have ended beside one another: %s', async (name, context) => {
    const { page, faults, picture } = await visit(await serve([gru, lstm]), context);
    await page
      .getByRole('img', { name: 'Validation loss. The lowest loss, 0.480, is that of models/lstm after epoch 3.' })
      .waitFor();
    await page
      .getByRole('img', {
        name: 'Validation macro F1. The highest macro F1, 85.8%, is that of models/gru after epoch 5.',
      })
      .waitFor();
    const results = page.getByRole('table', { name: 'Results of each run on its test rows' });
    expect(await results.locator('tbody tr').first().locator('td').first().textContent()).toBe('86.0%');
    expect(await results.locator('[data-best]').allTextContents()).toEqual(expect.arrayContaining(['90.0%']));
    const options = page.getByRole('table', { name: 'The options of each run' });
    expect(await options.locator('[data-differs] th').allTextContents()).toEqual(['Encoder', 'Epochs', 'Model']);
    // One of them in whole.
    await page.getByText(/^After 6 epochs/).waitFor();
    await page.getByLabel('The run that is shown in whole').selectOption('models/lstm');
    await page.getByText(/^After 3 epochs/).waitFor();
    await page.waitForTimeout(300);
    await picture(`runs-${name}`);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    expect(faults).toEqual([]);
  });

  it('says that runs of different tables cannot be compared, and marks no best one', async () => {
    const scores = about.performance.class.World;
    const other: ModelView = {
      ...lstm,
      name: 'models/intents',
      classes: ['refund', 'card'],
      performance: { overall: about.performance.overall, class: { refund: scores, card: scores } },
    };
    const { page, picture } = await visit(await serve([gru, lstm, other]));
    await page
      .getByText(
        'These runs were measured on different test rows, so their losses and scores cannot be compared. ' +
          'models/gru, models/lstm: 900 rows of 4 classes; models/intents: 454 rows of 2 classes.',
      )
      .waitFor();
    expect(await page.locator('[data-best]').count()).toBe(0);
    await page.getByRole('img', { name: 'Validation loss. The runs were measured on different rows.' }).waitFor();
    await picture('runs-different');
    expect(await violations(page)).toEqual([]);
  });

  it('shows others beside a training that is under way', async () => {
    const server = await serveTraining(
      { state: 'training', config: about.config, classes: CLASSES, split: SPLIT, history: newsOf(2) },
      [lstm],
    );
    const { page } = await visit(server.url);
    await live(page);
    const results = page.getByRole('table', { name: 'Results of each run on its test rows' });
    await expect.poll(() => results.locator('tbody th').allTextContents()).toEqual(['this training', 'models/lstm']);
    expect(await results.locator('tbody tr').first().locator('td').first().textContent()).toBe('–');
    // What is read, has the focus or is scrolled stays as it is while the training goes on.
    const options = page.getByRole('region', { name: 'Options' });
    await options.focus();
    const kept = await options.evaluateHandle((node) => node);
    const table = await results.evaluateHandle((node) => node);
    const [, , , third] = newsOf(3).filter(({ type }) => type === 'epoch' || type === 'training-started');
    server.tell({ name: 'training', data: third! });
    await expect
      .poll(() =>
        options
          .getByRole('row', { name: /^Epochs/ })
          .locator('td')
          .first()
          .textContent(),
      )
      .toBe('3');
    expect(await kept.evaluate((node) => node.isConnected && node === document.activeElement)).toBe(true);
    expect(await table.evaluate((node) => node.isConnected)).toBe(true);
    server.tell({ name: 'report', data: REPORT });
    await expect.poll(() => results.locator('tbody tr').first().locator('td').first().textContent()).toBe('86.0%');
  });
});

describe('serveRuns', () => {
  it('refuses no runs, and more than it can show', () => {
    expect(() => serveRuns([])).toThrow('serveRuns: there are 0 runs. Give from 1 to 8.');
    expect(() => serveRuns(Array.from({ length: 9 }, () => gru))).toThrow('there are 9 runs');
    expect(() => serveRuns([gru], { port: -1 })).toThrow('serveRuns: port is -1');
  });

  it('tells the runs, and ends when it is asked to', async () => {
    const event = await firstValueFrom(serveRuns([gru, lstm]));
    expect(event.type).toBe('listening');
    const answer = await fetch(new URL('/runs', await serve([gru, lstm])));
    expect(await answer.json()).toMatchObject([{ name: 'models/gru' }, { name: 'models/lstm' }]);
  });
});
