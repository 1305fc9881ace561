import { describe, expect, it } from 'vitest';
import { watchFlow } from '../../src/operators/flow/watchFlow.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { arriving, servePage } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { live, rowsOf, violations } from './looking.js';
import { about, CLASSES, titles, vocabulary } from './newsModel.js';
import { visit } from './visit.js';

describe.skipIf(chromiumPath === undefined)('the page in a browser', { timeout: 120_000 }, () => {
  it('shows headlines as they come, the newest first, with their classes, and asks nobody but its server', async () => {
    const server = await servePage({ flow$: watchFlow({ every: 100 }) });
    server.send('The final starts next week');
    const { page, requests, faults } = await visit(server.url);
    await live(page);
    // Those of before it was opened are there, too.
    await rowsOf(page).first().waitFor();
    server.send('Shares fall at the bank', 'Rovers win the cup');
    await expect.poll(() => rowsOf(page).locator('.headline-title').allTextContents()).toHaveLength(3);
    const rows = await page.evaluate(() =>
      Array.from(document.querySelectorAll('[role=grid] [role=row]'))
        // In the document as they are seen.
        .map((row) => [
          row.querySelector('.headline-title')?.textContent,
          row.querySelector('.headline-class')?.textContent,
        ]),
    );
    expect(rows.map(([title]) => title)).toEqual([
      'Rovers win the cup',
      'Shares fall at the bank',
      'The final starts next week',
    ]);
    expect(rows[0]?.[1]).toBe('Sports');
    await expect.poll(() => page.locator('.figure dd').first().textContent()).toBe('3');
    await expect
      .poll(() => page.locator('.flow-stage .flow-name').allTextContents())
      .toEqual(expect.arrayContaining(['microBatch', 'queue', 'classify', 'events']));
    expect(await page.locator('.flow-edge').count()).toBe(3);
    expect(new Set(requests.map((request) => new URL(request).origin))).toEqual(new Set([server.url.origin]));
    expect(faults).toEqual([]);
  });

  it('explains a headline that is clicked by its words, as a picture and in numbers', async () => {
    const server = await servePage();
    const { page, faults, picture } = await visit(server.url);
    await live(page);
    for (const batch of [titles(8, 3), titles(12, 4), titles(9, 5)]) {
      server.send(...batch);
      await page.waitForTimeout(1100);
    }
    server.send('The Rovers win the Tamsin cup final in Marenga (NWire)');
    await rowsOf(page).filter({ hasText: 'The Rovers win' }).click();
    const panel = page.getByRole('region', { name: 'Why this class?' });
    await panel.locator('.effects').waitFor();
    expect(await panel.getByRole('img').getAttribute('aria-label')).toMatch(
      /^The Rovers win the Tamsin cup final in Marenga \(NWire\)\. What moved Sports most: \w+ \([+−]/,
    );
    expect(await panel.locator('.words').textContent()).toBe('The Rovers win the Tamsin cup final in Marenga (NWire)');
    expect(await panel.locator('.effects tbody th').allTextContents()).toEqual([
      'The',
      'Rovers',
      'win',
      'the',
      'Tamsin',
      'cup',
      'final',
      'in',
      'Marenga',
      'NWire',
    ]);
    expect(await panel.locator('[data-read=left-out] th').allTextContents()).toEqual(['The', 'the', 'in', 'NWire']);
    const weights = await panel
      .locator('.word')
      .evaluateAll((words) =>
        words.map(
          (word) => [word.textContent, Number((word as HTMLElement).style.getPropertyValue('--weight'))] as const,
        ),
      );
    expect(Math.max(...weights.map(([, weight]) => weight))).toBe(1);
    expect(weights.find(([word]) => word === 'The')?.[1]).toBe(0);
    await expect
      .poll(() => rowsOf(page).filter({ hasText: 'The Rovers win' }).getAttribute('aria-selected'))
      .toBe('true');
    await picture('serving-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(300);
    await picture('serving-dark');
    expect(faults).toEqual([]);
  });

  it('explains a headline of the reader, and says what is wrong with one that cannot be', async () => {
    const server = await servePage({ limits: { batch: 3 } });
    const { page } = await visit(server.url);
    await live(page);
    await page.getByLabel('A headline of your own').fill('goal final');
    await page.keyboard.press('Enter');
    await page.locator('.effects').waitFor();
    expect(await page.locator('.words').textContent()).toBe('goal final');
    await page.getByLabel('A headline of your own').fill('one goal, two goals, three goals');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page
      .getByText(/It cannot be explained now: The headline has \d words that the model reads; the limit is 2/)
      .waitFor();
  });

  it('has a text for each chart, and its values as a table', async () => {
    const server = await servePage();
    const { page } = await visit(server.url);
    await live(page);
    server.send('The final starts', 'The cup final', 'Shares fall at the bank');
    await expect.poll(() => page.getByRole('img', { name: /^Class mix\. Of 3 headlines: Sports/ }).count()).toBe(1);
    for (const name of [
      /^Throughput\. .* a second now/,
      /^Latency\. Half of the last/,
      /^Loss\. After 6 epochs/,
      /^Quality\. After epoch 6/,
    ])
      expect(await page.getByRole('img', { name }).count(), String(name)).toBe(1);
    const mix = page.locator('figure').filter({ hasText: 'Class mix' });
    await mix.getByText('Values as a table').click();
    await expect.poll(() => mix.locator('thead th').allTextContents()).toEqual(['Time', ...[...CLASSES].reverse()]);
    expect(await mix.locator('tbody tr').first().locator('td').allTextContents()).toEqual(['0%', '67%', '0%', '33%']);
    expect(
      await page
        .getByRole('table', { name: /^Confusion matrix/ })
        .locator('tbody tr')
        .first()
        .locator('.count')
        .allTextContents(),
    ).toEqual(['195', '12', '4', '13']);
  });

  it('shows a headline of markup as text, whatever is in it', async () => {
    const server = await servePage();
    const { page, faults, requests } = await visit(server.url);
    await live(page);
    const nasty = `<script>window.hacked=1</script><img src=x onerror="window.hacked=2"> “><b>final</b>`;
    server.headline$.next(arriving(nasty, { source: '<i>feed</i>', link: 'javascript:window.hacked=3' }));
    await rowsOf(page).first().click();
    await expect.poll(() => page.locator('.words').textContent()).toBe(nasty);
    expect(await page.locator('.headline-title').first().textContent()).toBe(nasty);
    expect(await page.locator('main script, main img, main b, main i, main a').count()).toBe(0);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(requests.filter((request) => request.endsWith('/x'))).toEqual([]);
    expect(faults).toEqual([]);
    // Nor could it be otherwise: the policy takes no text for markup or for a script.
    await expect(page.evaluate(() => document.body.setAttribute('onclick', 'window.hacked=4'))).rejects.toThrow(
      'TrustedScript',
    );
    await expect(page.evaluate(() => (document.body.innerHTML = '<p>'))).rejects.toThrow('TrustedHTML');
  });

  it('moves nothing for who wants it so', async () => {
    const server = await servePage();
    const { page } = await visit(server.url, { reducedMotion: 'reduce' });
    await live(page);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    const moving = await visit(server.url);
    await live(moving.page);
    expect(await moving.page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
  });

  it('serves a model of which nothing is known', async () => {
    const server = await servePage({ about: undefined });
    const { page } = await visit(server.url);
    await page.getByText('The server knows nothing of how this model was trained.').waitFor();
    await page.getByText('No headlines yet.', { exact: false }).first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('keeps its charts and its explanations in sight with 77 classes', async () => {
    const classes = Array.from({ length: 77 }, (_, i) => `card payment of kind ${String(i).padStart(2, '0')}`);
    const { training, performance } = about;
    const server = await servePage({
      model: recordingModel({ classes: 77, probabilities: () => classes.map((_, i) => (i === 70 ? 0.24 : 0.01)) }),
      labelEncoder: LabelEncoder.of(classes),
      about: {
        training: { ...training, confusion: classes.flatMap(() => classes.map(() => 3)) },
        performance: {
          ...performance,
          class: Object.fromEntries(classes.map((name) => [name, performance.class.World])),
        },
      },
    });
    const { page, faults, picture } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final');
    await rowsOf(page).first().click();
    await page.locator('.effects').waitFor();
    const shares = page.getByRole('list', { name: 'Probability of the first classes' }).getByRole('listitem');
    expect(await shares.allTextContents()).toHaveLength(5);
    expect(await shares.first().textContent()).toMatch(/kind 70/);
    expect(await page.getByText('72 more classes').count()).toBe(1);
    const place = await page.getByRole('img', { name: /^Class mix/ }).boundingBox();
    expect(place?.y).toBeLessThan(1400);
    for (const name of ['Confusion matrix', 'Scores by class'])
      expect((await page.getByRole('region', { name }).boundingBox())?.height).toBeLessThan(700);
    await picture('many-classes');
    expect(faults).toEqual([]);
  });

  it('compares a candidate with the model in use, puts it in use, and rolls back', async () => {
    const contrary = recordingModel({ name: 'contrary', classes: CLASSES.length, probabilities: () => [1, 0, 0, 0] });
    const server = await servePage({ candidate: { served: { model: contrary, ...vocabulary } } });
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final', 'Shares fall at the bank');
    await expect.poll(() => rowsOf(page).count()).toBe(2);
    const panel = page.getByRole('region', { name: 'Other models' });
    // Asked for anew when the page is seen again, and every ten seconds.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await panel
      .getByText(
        'The candidate contrary agrees on 50.0% of 2 headlines. ' +
          'Which of them is right more often is not known, because no labels were given.',
      )
      .waitFor();
    const frame = panel.getByRole('region', { name: 'Where the models differ' });
    expect(await frame.locator('tbody tr').allTextContents()).toEqual(['The Rovers win the cup finalSportsBusiness']);
    const figures = panel.getByRole('region', { name: 'Both models' }).locator('tbody tr');
    expect((await figures.allTextContents()).filter((text) => /^(Headlines|Mean|Share)/.test(text))).toEqual([
      'Headlines compared22',
      'Headlines that failed00',
      expect.stringMatching(/^Mean confidence[\d.]+%100\.0%$/),
      'Share of Business50.0%100.0%',
      'Share of Sports50.0%0.0%',
    ]);
    expect(await violations(page)).toEqual([]);
    // The two classes are in view on a phone, however long a word is.
    await page.setViewportSize({ width: 360, height: 740 });
    server.send(`The Rovers win the ${'football'.repeat(12)} cup final`);
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => frame.locator('tbody tr').count()).toBe(2);
    for (const name of ['Where the models differ', 'Both models'])
      expect(await panel.getByRole('region', { name }).evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 900 });
    await panel.getByRole('button', { name: 'Put the candidate in use' }).click();
    await page
      .getByRole('region', { name: 'Changes' })
      .getByText('The model contrary is in use; before it was news.')
      .waitFor();
    await panel.getByRole('button', { name: 'Roll back' }).click();
    await page
      .getByRole('region', { name: 'Changes' })
      .getByText('The model news is in use; before it was contrary.')
      .waitFor();
    expect(faults).toEqual([]);
  });

  it('judges a canary with classes of its own, by its figures and by labels', async () => {
    const probabilities = (): readonly number[] => [0, 1];
    const canary = recordingModel({ name: 'canary', classes: 2, probabilities });
    const server = await servePage({
      candidate: {
        served: { ...vocabulary, model: canary, labelEncoder: LabelEncoder.of(['Arts', 'Weather']) },
        role: { type: 'canary', share: 1 },
      },
      labels: () => Promise.resolve(),
    });
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final', 'Shares fall at the bank');
    await expect.poll(() => rowsOf(page).count()).toBe(2);
    expect(await rowsOf(page).locator('.headline-class').allTextContents()).toEqual(['Weather', 'Weather']);
    await page.getByRole('grid').focus();
    await page.keyboard.press('1');
    await page.getByRole('img', { name: /^Labels\./ }).waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    const panel = page.getByRole('region', { name: 'Other models' });
    await panel.getByText('The candidate canary answers 100.0% of the headlines, and agrees on 0.0% of 2 ').waitFor();
    await panel.getByText('On 1 label, the difference between them can be chance (p = 1.00).').waitFor();
    const figures = panel.getByRole('region', { name: 'Both models' }).locator('tbody tr');
    expect((await figures.allTextContents()).filter((text) => /answered|Weather/.test(text))).toEqual([
      'Headlines answered02',
      'Share of Weather–100.0%',
    ]);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('draws what the labels have gained, where the model learns', async () => {
    const model = recordingModel({ classes: CLASSES.length, probabilities: () => [0, 0, 1, 0] });
    const unlearnt = recordingModel({ classes: CLASSES.length, probabilities: () => [1, 0, 0, 0] });
    const server = await servePage({ model, unlearnt: () => unlearnt, learn: {}, labels: () => Promise.resolve() });
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final');
    await rowsOf(page).first().waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('3');
    const said = 'The model had said 100.0% of the last label, and without learning it would have said 0.0%.';
    await page.getByRole('img', { name: `Labels. ${said}` }).waitFor();
    await page.getByText('Without learning', { exact: true }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('draws how often the labels were what the model had said', async () => {
    const server = await servePage({ labels: () => Promise.resolve() });
    const { page } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final');
    await rowsOf(page).first().waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('3');
    await page.getByRole('img', { name: 'Labels. The model had said 100.0% of the last label.' }).waitFor();
    // A label that corrects another one of its headline takes its place.
    await page.keyboard.press('1');
    await page.getByRole('img', { name: 'Labels. The model had said 0.0% of the last label.' }).waitFor();
    server.send('Shares fall at the bank');
    await expect.poll(() => rowsOf(page).count()).toBe(2);
    await page.keyboard.press('Home');
    await page.keyboard.press('1');
    await page.getByRole('img', { name: 'Labels. The model had said 50.0% of the last 2 labels.' }).waitFor();
  });
});
