import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import type { Label } from '../../src/server/generations/Label.js';
import { arriving, servePage } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { live, rowsOf, violations } from './looking.js';
import { newsModel, titles, vocabulary } from './newsModel.js';
import { visit } from './visit.js';

describe.skipIf(chromiumPath === undefined)('the headlines of the page', { timeout: 120_000 }, () => {
  it('is used by the keyboard alone', async () => {
    const server = await servePage();
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send(...titles(200));
    await expect.poll(() => rowsOf(page).count()).toBeGreaterThan(5);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const list = page.getByRole('grid');
    const isFocused = () => list.evaluate((node) => node === document.activeElement);
    // Past the controls above it.
    for (let tabs = 0; tabs < 12 && !(await isFocused()); tabs++) await page.keyboard.press('Tab');
    expect(await isFocused()).toBe(true);
    const active = () =>
      page.evaluate(() =>
        document
          .getElementById(document.querySelector('[role=grid]')?.getAttribute('aria-activedescendant') ?? '')
          ?.getAttribute('aria-rowindex'),
      );
    const size = async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
    expect(await active()).toBe('1');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await active()).toBe('3');
    await page.keyboard.press('ArrowUp');
    expect(await active()).toBe('2');
    await page.keyboard.press('End');
    expect(Number(await active())).toBe(await size());
    await page.keyboard.press('PageUp');
    expect(Number(await active())).toBeLessThan(await size());
    await page.keyboard.press('Home');
    expect(await active()).toBe('1');
    await page.keyboard.press('ArrowDown');
    const title = await page.locator('[data-active] .headline-title').textContent();
    // While others come, the active headline stays the one that it was.
    server.send('A new one', 'And another');
    await expect.poll(active).toBe('4');
    // And it stays in sight, to be read and labelled.
    const placeOf = () => page.locator('[data-active]').evaluate((node) => node.getBoundingClientRect().top);
    const before = await placeOf();
    const more = titles(60, 9);
    server.send(...more);
    await expect.poll(active).toBe(String(4 + more.length));
    expect(await placeOf()).toBe(before);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.words').textContent()).toBe(title);
    expect(await list.evaluate((node) => node === document.activeElement)).toBe(true);
    expect(faults).toEqual([]);
  });

  it('scrolls through ten thousand headlines with a few dozen in the document, and needs no more memory for thirty thousand', async () => {
    const server = await servePage({ history: 20_000 });
    const { page, faults } = await visit(server.url);
    await live(page);
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    const all = titles(5000);
    let sent = 0;
    const arrive = async (count: number): Promise<void> => {
      for (const until = sent + count; sent < until; sent += 250)
        server.send(
          ...Array.from({ length: 250 }, (_, index) => `${all[(sent + index) % all.length] ?? ''} ${sent + index}`),
        );
      await expect
        .poll(() => page.locator('.figure dd').first().textContent(), { timeout: 60_000 })
        .toBe(sent.toLocaleString('en-GB'));
    };
    const list = page.getByRole('grid');
    await arrive(10_000);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('10000');
    for (const to of [0, 0.25, 0.5, 1]) {
      await list.evaluate((node, share) => (node.scrollTop = share * node.scrollHeight), to);
      await page.waitForTimeout(100);
      const seen = await list.evaluate((node) => {
        const { top, bottom } = node.getBoundingClientRect();
        const rows = Array.from(node.querySelectorAll('[role=row]'));
        return {
          rows: rows.length,
          visible: rows.filter(
            (row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom,
          ).length,
        };
      });
      expect(seen.rows).toBeLessThan(60);
      expect(seen.visible).toBeGreaterThan(8);
    }
    expect(await page.locator('[aria-rowindex="10000"] .headline-title').textContent()).toMatch(/ 0$/);
    // Whoever reads further down goes on seeing the same headline while others come.
    await list.evaluate((node) => (node.scrollTop = node.scrollHeight / 2));
    await page.waitForTimeout(100);
    const middle = () =>
      list.evaluate(
        (node) =>
          document.elementFromPoint(node.getBoundingClientRect().left + 60, node.getBoundingClientRect().top + 200)
            ?.textContent,
      );
    const before = await middle();
    await arrive(500);
    expect(await middle()).toBe(before);
    await page.getByRole('button', { name: /new – to the top$/ }).click();
    await expect.poll(() => page.locator('[aria-rowindex="1"] .headline-title').textContent()).toMatch(/ 10499$/);
    // Held under the pointer, the list would keep what it shows besides what comes.
    await page.mouse.move(2, 2);
    const atTen = await heap();
    await arrive(20_000);
    // Asked for again while it is more: what was on its way goes, what is kept stays. A headline that is kept takes a
    // hundred bytes at least.
    await expect.poll(heap, { interval: 500, timeout: 60_000 }).toBeLessThan(atTen + 20_000 * 32);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1500);
    expect(faults).toEqual([]);
  }, 120_000);

  it('shows those alone that are asked for, and says in its address which', async () => {
    const server = await servePage();
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final', 'Shares fall at the bank', 'The cup final is late', 'Zzyzx qwrtl');
    await expect.poll(() => rowsOf(page).count()).toBe(4);
    const shown = () => rowsOf(page).locator('.headline-title').allTextContents();
    await page.getByLabel('Words in the title').fill('FINAL cup');
    await expect.poll(shown).toEqual(['The cup final is late', 'The Rovers win the cup final']);
    await page.getByText('2 of 4 shown').waitFor();
    server.send('A final without a bowl', 'A cup after the final');
    await expect.poll(async () => (await shown())[0]).toBe('A cup after the final');
    await page.getByLabel('Class', { exact: true }).selectOption('Business');
    await page.getByText('No headline matches the filters').waitFor();
    await page.getByLabel('Words in the title').fill('');
    await expect.poll(shown).toEqual(['Shares fall at the bank']);
    expect(new URL(page.url()).hash).toBe('#class=Business');
    // Nothing of the last one was read: its class and its probability say nothing.
    await page.goto(new URL('#order=unsure&words=z', server.url).href);
    await expect.poll(shown).toEqual(['Zzyzx qwrtl']);
    expect(await rowsOf(page).locator('.headline-share').textContent()).toBe('not read');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => shown().then(({ length }) => length)).toBe(6);
    // As Safari does after a hundred changes of the address: the filter works without it.
    await page.evaluate(() => {
      history.replaceState = () => {
        throw new DOMException('too often', 'SecurityError');
      };
    });
    await page.getByLabel('Words in the title').fill('bank');
    await expect.poll(shown).toEqual(['Shares fall at the bank']);
    await page.evaluate(() => Reflect.deleteProperty(history, 'replaceState'));
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(new URL(page.url()).hash).toBe('');
    await page.getByLabel('Source', { exact: true }).selectOption({ label: 'feed.example' });
    expect(new URL(page.url()).hash).toBe('#source=https%3A%2F%2Ffeed.example%2F');
    expect(faults).toEqual([]);
  });

  it('stands still under the pointer, and while it is paused', async () => {
    const server = await servePage();
    const { page } = await visit(server.url);
    await live(page);
    server.send(...titles(30));
    await expect.poll(() => rowsOf(page).count()).toBeGreaterThan(5);
    const row = rowsOf(page).nth(2);
    const title = await row.locator('.headline-title').textContent();
    await row.hover();
    server.send('One', 'Two', 'Three');
    await page.getByText('3 new · held while the pointer is over the list').waitFor();
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => page.locator('.words').textContent()).toBe(title);
    await page.mouse.move(2, 2);
    await expect.poll(() => rowsOf(page).first().locator('.headline-title').textContent()).toBe('Three');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.mouse.move(2, 2);
    server.send('Four');
    await page.getByText('1 new · paused').waitFor();
    expect(await rowsOf(page).first().locator('.headline-title').textContent()).toBe('Three');
    await page.getByRole('button', { name: '1 new – to the top' }).click();
    await expect.poll(() => rowsOf(page).first().locator('.headline-title').textContent()).toBe('Four');
  });

  it('labels headlines by a digit and by a button, the least sure first, and exports what is shown', async () => {
    const kept: Label[] = [];
    const server = await servePage({ labels: (label) => Promise.resolve(void kept.push(label)) });
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final', 'Shares fall at the bank', 'Zzyzx qwrtl');
    await expect.poll(() => rowsOf(page).count()).toBe(3);
    await page.getByLabel('Order', { exact: true }).selectOption('unsure');
    await page.getByRole('grid').focus();
    await page.keyboard.press('3');
    await rowsOf(page).first().getByText('Sports', { exact: false }).first().waitFor();
    await expect.poll(() => kept.map(({ title, category }) => [title, category])).toEqual([['Zzyzx qwrtl', 'Sports']]);
    // The next one is active now.
    await page.keyboard.press('Enter');
    await page.locator('.effects').waitFor();
    const explained = await page.locator('.words').textContent();
    expect(explained).not.toBe('Zzyzx qwrtl');
    await page.getByRole('group', { name: 'Right class' }).getByRole('button', { name: 'World' }).click();
    await expect.poll(() => kept[1]).toMatchObject({ title: explained, category: 'World' });
    await expect.poll(() => page.getByRole('button', { name: 'World' }).getAttribute('aria-pressed')).toBe('true');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'JSON lines' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { readonly label?: string }).label)).toEqual([
      'Sports',
      'World',
      undefined,
    ]);
    expect(faults).toEqual([]);
  });

  it('shows in another tab, and after it is loaded again, what was labelled', async () => {
    const server = await servePage({ labels: () => Promise.resolve() });
    const { page } = await visit(server.url);
    const { page: other } = await visit(server.url);
    await live(page);
    await live(other);
    server.headline$.next(arriving('The Rovers win the cup final', { key: 'rovers' }));
    server.headline$.next(arriving('Shares fall at the bank', { key: 'shares' }));
    await rowsOf(other).first().waitFor();
    await other.getByText('The Rovers win the cup final').click();
    await other.locator('.effects').waitFor();
    await page.getByText('The Rovers win the cup final').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('4');
    const labelled = rowsOf(other).filter({ has: other.getByTitle('labelled World') });
    await expect
      .poll(() => labelled.locator('.headline-title').allTextContents())
      .toEqual(['The Rovers win the cup final']);
    await expect.poll(() => other.getByRole('button', { name: 'World' }).getAttribute('aria-pressed')).toBe('true');
    await other.reload();
    await expect
      .poll(() => labelled.locator('.headline-title').allTextContents())
      .toEqual(['The Rovers win the cup final']);
  });

  it('shows the class of a model with other classes as it is', async () => {
    const foreign = LabelEncoder.of(['Foreign', 'Money', 'Sport', 'Tech']);
    const server = await servePage({
      candidate: {
        served: { ...vocabulary, labelEncoder: foreign, model: newsModel() },
        role: { type: 'canary', share: 1 },
      },
    });
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final', 'Shares fall at the bank');
    const shown = () => rowsOf(page).locator('.headline-class').allTextContents();
    // The classes of the models have the same order of indices, and other names.
    await expect.poll(shown).toEqual(['Foreign', 'Sport']);
    await page.getByLabel('Class', { exact: true }).selectOption('Sport');
    await expect.poll(shown).toEqual(['Sport']);
    expect(faults).toEqual([]);
  });

  it('says why a label was not kept', async () => {
    const server = await servePage();
    const { page } = await visit(server.url);
    await live(page);
    server.send('The Rovers win the cup final');
    await rowsOf(page).first().waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('1');
    await page
      .locator('.notice')
      .getByText('The label was not kept: The server keeps no labels. Start it with --labels and a file.')
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('opens an article by its link and by a key, where it is one of the web', async () => {
    const server = await servePage();
    const { page } = await visit(server.url);
    await live(page);
    const article = new URL('/healthz', server.url).href;
    server.headline$.next(arriving('Nothing to open', { link: 'javascript:alert(1)' }));
    server.headline$.next(arriving('The cup final', { link: article }));
    await expect.poll(() => rowsOf(page).count()).toBe(2);
    expect(await page.getByRole('grid').getByRole('link').count()).toBe(1);
    const clicked = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Open the article: The cup final' }).click();
    expect((await clicked).url()).toBe(article);
    const pressed = page.context().waitForEvent('page');
    await page.getByRole('grid').focus();
    await page.keyboard.press('o');
    expect((await pressed).url()).toBe(article);
    // A link is no choice of a headline.
    expect(await page.locator('.effects').count()).toBe(0);
  });
});
