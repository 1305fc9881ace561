import { of, Subject, switchMap, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../src/contracts/training/BatchSource.js';
import { fit } from '../../src/operators/training/fit.js';
import { serveTraining as realTraining } from '../../src/server/training/serveTraining.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { atEnd, visit } from './visit.js';
import { chromiumPath } from './chromiumPath.js';
import { announcements, CONNECTED, live, LOST, violations } from './looking.js';
import { about, CLASSES } from './newsModel.js';
import { newsOf, REJECTIONS, REPORT, serveTraining, SPLIT } from './trainingServer.js';

describe.skipIf(chromiumPath === undefined)('the page of a training in a browser', { timeout: 120_000 }, () => {
  it('shows a training that began before it was opened, goes on with it, and ends with it', async () => {
    const server = await serveTraining({
      state: 'training',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      history: newsOf(3),
      rejections: REJECTIONS,
    });
    const { page, faults, picture, requests } = await visit(server.url);
    await live(page);
    const figure = (name: string) =>
      page
        .locator('.figure')
        .filter({ has: page.getByText(name, { exact: true }) })
        .locator('dd')
        .textContent();
    await expect.poll(() => figure('Epoch')).toBe('3 of 8');
    expect(await figure('Now')).toBe('Training');
    expect(await figure('Rejected rows')).toBe('17');
    expect(
      await page
        .getByRole('table', { name: 'Rows of each class on each side' })
        .locator('tbody tr')
        .last()
        .locator('td')
        .allTextContents(),
    ).toEqual(['4,200', '900', '900']);
    expect(
      await page.getByRole('table', { name: 'Rejected rows by reason' }).locator('tbody tr').allTextContents(),
    ).toEqual(['fieldtitle11', 'ragged–6']);
    await page.getByRole('img', { name: /^Loss\. After 3 epochs the train loss is 0\.520/ }).waitFor();
    const more = newsOf(5).slice(newsOf(3).length);
    server.tell(...more.map((data) => ({ name: 'training' as const, data })));
    await expect.poll(() => figure('Epoch')).toBe('5 of 8');
    await page.getByRole('img', { name: /^Quality\. After epoch 5 the accuracy is 86\.0%/ }).waitFor();
    expect(await figure('Rows a second')).toMatch(/^\d,\d{3}$/);
    await page.waitForTimeout(500);
    await picture('training-light');
    expect(await violations(page)).toEqual([]);
    server.tell({ name: 'report', data: REPORT }, { name: 'ended', data: {} });
    await page.getByText('Ended', { exact: true }).waitFor();
    await expect.poll(() => figure('Now')).toBe('Done');
    expect(
      await page
        .getByRole('table', { name: /^Confusion matrix/ })
        .locator('tbody tr')
        .first()
        .locator('.count')
        .allTextContents(),
    ).toEqual(['195', '12', '4', '13']);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(400);
    await picture('training-dark');
    expect(await violations(page)).toEqual([]);
    expect(new Set(requests.map((request) => new URL(request).origin))).toEqual(new Set([server.url.origin]));
    expect(faults).toEqual([]);
  });

  it('shows what is known once the rows are split, where it was opened before', async () => {
    const server = await serveTraining();
    const { page } = await visit(server.url, { viewport: { width: 390, height: 844 } });
    await live(page);
    await page.getByText('The rows are being read.').waitFor();
    expect(await violations(page)).toEqual([]);
    server.snapshot({
      state: 'training',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      history: newsOf(1),
      lastEventId: '0',
    });
    server.tell({ name: 'training', data: newsOf(1)[0]! }, { name: 'rejections', data: REJECTIONS });
    await page.getByRole('table', { name: 'Rows of each class on each side' }).waitFor();
    await page.getByText('bidirectional GRU').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
  });

  it('takes the whole of it anew where it missed something', async () => {
    const server = await serveTraining({
      state: 'training',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      history: newsOf(1),
    });
    const { page } = await visit(server.url);
    await live(page);
    server.snapshot({ history: newsOf(4), lastEventId: '0' });
    server.tell({ name: 'missed', data: { events: 900 } });
    await page.getByRole('img', { name: /^Loss\. After 4 epochs/ }).waitFor();
    // It goes on from the snapshot on another stream, which is the one to be cut.
    await expect.poll(server.opened).toBe(2);
    const said = await announcements(page);
    server.cut();
    // The server is there all the while: the wait, of a length by chance, can be too short to be seen.
    await expect.poll(() => said).toEqual([LOST, CONNECTED]);
    await live(page);
  });

  it('leaves what is open or has the focus as it is while the training goes on', async () => {
    const server = await serveTraining({
      state: 'training',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      history: newsOf(2),
      rejections: REJECTIONS,
    });
    const { page } = await visit(server.url);
    await live(page);
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
    const examples = page.locator('details').filter({ has: page.getByText('Examples', { exact: true }) });
    await examples.locator('summary').click();
    const blank = { ...REJECTIONS.examples[0]!, line: 9, expected: 'a non-blank title', got: '' };
    server.tell({ name: 'rejections', data: { ...REJECTIONS, total: 18, examples: [...REJECTIONS.examples, blank] } });
    await expect
      .poll(() => examples.getByRole('listitem').allTextContents())
      .toEqual([
        String.raw`news.csv, line 6expected a title that is not blank, got "\"<b>  </b>\""`,
        'news.csv, line 9expected a non-blank title, got ""',
      ]);
    expect(await focused()).toBe('Examples');
    await page.getByRole('region', { name: 'The split' }).focus();
    server.tell({ name: 'report', data: REPORT });
    await page.getByRole('table', { name: /^Confusion matrix/ }).waitFor();
    expect(await focused()).toBe('The split');
    await page.getByRole('region', { name: 'Confusion matrix' }).focus();
    server.tell({ name: 'ended', data: {} });
    await expect.poll(() => page.locator('.figure dd').first().textContent()).toBe('Done');
    expect(await focused()).toBe('Confusion matrix');
    expect(await examples.evaluate((node) => (node as HTMLDetailsElement).open)).toBe(true);
  });

  it('keeps its figures in one line each, whatever the epoch', async () => {
    const server = await serveTraining({
      state: 'training',
      history: [
        ...newsOf(1),
        { type: 'training-ended', model: 'gru', reason: 'epochs', bestEpoch: 10, bestLoss: 1.129 },
      ],
    });
    const { page } = await visit(server.url);
    await page.getByText('epoch 10', { exact: true }).waitFor();
    const heights = await page
      .locator('.figure dd')
      .evaluateAll((figures) => figures.map((figure) => figure.clientHeight));
    expect(new Set(heights).size, heights.join()).toBe(1);
  });

  it('says that a training has failed, and why', async () => {
    const server = await serveTraining({ state: 'training', history: newsOf(1) });
    const { page } = await visit(server.url);
    await live(page);
    server.tell({ name: 'ended', data: { error: 'HW_NUMERIC: the loss is NaN.' } });
    await page.locator('.notice').getByText('The training has failed: HW_NUMERIC: the loss is NaN.').waitFor();
    await expect.poll(() => page.locator('.figure dd').first().textContent()).toBe('Failed');
    await page.getByText('Ended', { exact: true }).waitFor();
  });

  it('does not say that a training goes on that cannot be reached', async () => {
    const server = await serveTraining({
      state: 'training',
      config: about.config,
      classes: CLASSES,
      history: newsOf(1),
    });
    const { page } = await visit(server.url);
    await live(page);
    const phase = page.locator('.figure dd').first();
    expect(await phase.textContent()).toBe('Training');
    // As after Ctrl-C: an interrupted training says nothing.
    await page.context().setOffline(true);
    server.cut();
    await page
      .getByText(/^The training cannot be reached since .*--resume continues it\.$/)
      .last()
      .waitFor();
    expect(await phase.textContent()).toBe('Not known');
    await page.context().setOffline(false);
    await live(page);
    await expect.poll(() => phase.textContent()).toBe('Training');
    expect(await page.locator('.notice').isVisible()).toBe(false);
  });

  it('shows one that is over, and does not ask for more when its server leaves', async () => {
    const server = await serveTraining({
      state: 'ended',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      history: newsOf(2),
      report: REPORT,
    });
    const { page, requests } = await visit(server.url);
    await live(page);
    await page.getByRole('table', { name: /^Confusion matrix/ }).waitFor();
    server.cut();
    await page.getByText('Ended', { exact: true }).waitFor();
    const asked = requests.length;
    await page.waitForTimeout(1500);
    expect(requests.length).toBe(asked);
  });

  it('is the page of a real training', async () => {
    const begin$ = new Subject<void>();
    const source: BatchSource = {
      rows: { train: 40, validation: 8, test: 0 },
      batches: (side, epoch) =>
        of(
          ...Array.from({ length: side === 'train' ? 10 : 2 }, (_, index) =>
            labelledBatch({ seed: epoch * 100 + index, size: 4 }),
          ),
        ),
    };
    const training$ = begin$.pipe(
      take(1),
      switchMap(() =>
        of(source).pipe(fit(recordingModel({ losses: [0.9, 0.7, 0.5], validationLosses: [0.8, 0.6] }), { epochs: 3 })),
      ),
    );
    const url = await new Promise<URL>((resolve) => {
      const subscription = realTraining(training$, { stay: true }).subscribe((event) => {
        if (event.type === 'listening') resolve(event.url);
      });
      atEnd(() => {
        subscription.unsubscribe();
        return undefined;
      });
    });
    const { page, faults } = await visit(url);
    await live(page);
    begin$.next();
    await page.getByRole('img', { name: /^Loss\. After 3 epochs .* The lowest validation loss, 0\.600/ }).waitFor();
    await expect.poll(() => page.locator('.figure dd').first().textContent()).toBe('Done');
    const late = await visit(url);
    await late.page
      .getByRole('img', { name: /^Loss\. After 3 epochs .* The lowest validation loss, 0\.600/ })
      .waitFor();
    expect(faults).toEqual([]);
  });
});
