import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { NEVER, of, Subject, switchMap, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../src/contracts/training/BatchSource.js';
import { fit } from '../../src/operators/training/fit.js';
import { serveTraining as realTraining } from '../../src/server/training/serveTraining.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { arriving, atEnd, servePage, visit } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { about, CLASSES, titles } from './newsModel.js';
import { newsOf, REJECTIONS, REPORT, serveTraining, SPLIT } from './trainingServer.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe has against the page as it is: WCAG 2.2 AA and best practices. */
const violations = async (page: Page): Promise<readonly string[]> => {
  // Over the protocol: the page's own policy lets nobody add a script.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 160) + ' ' + node.failureSummary)))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value as readonly string[];
};

const live = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor();

const options = (page: Page) => page.getByRole('option');

/** All that is said of the page from now on: what is shown between two looks at it, too. */
const announcements = async (page: Page): Promise<readonly string[]> => {
  const said: string[] = [];
  await page.exposeFunction('say', (text: string) => said.push(text));
  await page.evaluate(() => {
    const announcer = document.getElementById('announcer');
    if (announcer !== null)
      new MutationObserver(() =>
        (window as unknown as { say: (text: string) => void }).say(announcer.textContent),
      ).observe(announcer, { childList: true, characterData: true, subtree: true });
  });
  return said;
};

const LOST = 'The connection is lost. Reconnecting.';
const CONNECTED = 'Connected: what is new appears as it comes.';

describe.skipIf(chromiumPath === undefined)('the page in a browser', { timeout: 120_000 }, () => {
  it('shows headlines as they come, the newest first, with their classes, and asks nobody but its server', async () => {
    const server = await servePage();
    server.send('The final starts next week');
    const { page, requests, faults } = await visit(server.url);
    await live(page);
    // Those of before it was opened are there, too.
    await options(page).first().waitFor();
    server.send('Shares fall at the bank', 'Rovers win the cup');
    await expect.poll(() => options(page).locator('.headline-title').allTextContents()).toHaveLength(3);
    const rows = await page.evaluate(() =>
      Array.from(document.querySelectorAll('[role=option]'))
        .sort((a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')))
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
    await options(page).filter({ hasText: 'The Rovers win' }).click();
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
      .poll(() => options(page).filter({ hasText: 'The Rovers win' }).getAttribute('aria-selected'))
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

  it('is used by the keyboard alone', async () => {
    const server = await servePage();
    const { page, faults } = await visit(server.url);
    await live(page);
    server.send(...titles(200));
    await expect.poll(() => options(page).count()).toBeGreaterThan(5);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const list = page.getByRole('listbox');
    await expect.poll(() => list.evaluate((node) => node === document.activeElement)).toBe(true);
    const active = () =>
      page.evaluate(() =>
        document
          .getElementById(document.querySelector('[role=listbox]')?.getAttribute('aria-activedescendant') ?? '')
          ?.getAttribute('aria-posinset'),
      );
    const size = async () => Number(await options(page).first().getAttribute('aria-setsize'));
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
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.words').textContent()).toBe(title);
    expect(await list.evaluate((node) => node === document.activeElement)).toBe(true);
    expect(faults).toEqual([]);
  });

  it.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['on a phone', { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }],
    ['on a phone, dark', { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } }],
  ])('is found accessible by axe: %s', async (name, context) => {
    const server = await servePage();
    const { page, picture } = await visit(server.url, context);
    await live(page);
    expect(await violations(page)).toEqual([]);
    server.send(...titles(40));
    await options(page).nth(2).click();
    await page.locator('.effects').waitFor();
    await page.waitForTimeout(1200);
    for (const details of await page.locator('details').all()) await details.locator('summary').click();
    expect(await violations(page)).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    for (const details of await page.locator('details').all()) await details.locator('summary').click();
    if (name.includes('phone')) await picture(`serving-${name.includes('dark') ? 'phone-dark' : 'phone'}`);
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
    await options(page).first().click();
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

  it('reconnects by itself when the server is started again, and says so', async () => {
    const first = await servePage();
    const { page } = await visit(first.url);
    await live(page);
    first.send('Before the end');
    await options(page).first().waitFor();
    const said = await announcements(page);
    first.stop();
    await page.getByText(/^Reconnecting/).waitFor();
    const second = await servePage({ port: Number(first.url.port) });
    await live(page);
    second.send('After the start');
    await expect.poll(() => options(page).filter({ hasText: 'After the start' }).count(), { timeout: 10_000 }).toBe(1);
    expect(await options(page).filter({ hasText: 'Before the end' }).count()).toBe(1);
    await page.getByText('The server was started anew. What was missed meanwhile is not known.').first().waitFor();
    await expect.poll(() => said.slice(0, 2)).toEqual([LOST, CONNECTED]);
    await page.getByRole('button', { name: 'Put away' }).click();
    expect(await page.locator('.notice').isVisible()).toBe(false);
  });

  it('goes on where it was after a lost connection, and says how many it missed', async () => {
    const server = await servePage({ history: 10 });
    const sockets = new Set<Socket>();
    let closed = false;
    const proxy = createServer((socket) => {
      if (closed) {
        socket.destroy();
        return;
      }
      const onward = connect(Number(server.url.port), '127.0.0.1');
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        from
          .on('error', () => undefined)
          .pipe(to)
          .once('close', () => from.destroy());
      sockets.add(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    atEnd(() => new Promise((resolve) => proxy.close(resolve)));
    const { page } = await visit(new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`));
    await live(page);
    server.send('number 0');
    await options(page).first().waitFor();
    closed = true;
    for (const socket of sockets) socket.destroy();
    await page.getByText(/^Reconnecting/).waitFor();
    server.send(...Array.from({ length: 25 }, (_, index) => `number ${index + 1}`));
    await page.waitForTimeout(200);
    closed = false;
    await live(page);
    await page.getByText('15 events were missed: the page was away, or too slow.').first().waitFor();
    await expect.poll(() => page.locator('.figure dd').last().textContent()).toBe('15');
    await expect.poll(() => options(page).filter({ hasText: 'number 25' }).count()).toBe(1);
    expect(await options(page).first().getAttribute('aria-setsize')).toBe('11');
  });

  it('says when it is behind, and when no longer', async () => {
    const server = await servePage();
    const { page } = await visit(server.url);
    await live(page);
    // Dates of answers are cut to seconds: what came at once could be of before the connection.
    await page.waitForTimeout(1100);
    // As if it had been eight seconds on its way.
    await page.evaluate(() => {
      const now = Date.now.bind(Date);
      Object.assign(window, { later: (ms: number) => (Date.now = () => now() + ms) });
      (window as unknown as { later: (ms: number) => void }).later(8000);
    });
    server.send('Late');
    await page.getByText(/^Behind by [78](\.\d)? s$/).waitFor();
    expect(await page.locator('#announcer').textContent()).toBe('The page is behind the server.');
    await page.evaluate(() => (window as unknown as { later: (ms: number) => void }).later(0));
    server.send('In time');
    await live(page);
  });

  it('asks for the token, keeps it for the tab, and says when it is wrong', async () => {
    const server = await servePage({ token: 'a-token-of-a-test' });
    const { page } = await visit(server.url);
    await page.getByLabel('Token').fill('another-token-than-that');
    await page.keyboard.press('Enter');
    await page.getByText('That token was not the right one.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Token').fill('a-token-of-a-test');
    await page.getByRole('button', { name: 'Go on' }).click();
    await live(page);
    server.send('The final starts');
    await options(page).first().click();
    await page.locator('.effects').waitFor();
    await page.reload();
    await live(page);
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
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
    const list = page.getByRole('listbox');
    await arrive(10_000);
    expect(await options(page).first().getAttribute('aria-setsize')).toBe('10000');
    for (const to of [0, 0.25, 0.5, 1]) {
      await list.evaluate((node, share) => (node.scrollTop = share * node.scrollHeight), to);
      await page.waitForTimeout(100);
      const seen = await list.evaluate((node) => {
        const { top, bottom } = node.getBoundingClientRect();
        const rows = Array.from(node.querySelectorAll('[role=option]'));
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
    expect(await page.locator('[aria-posinset="10000"] .headline-title').textContent()).toMatch(/ 0$/);
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
    await expect.poll(() => page.locator('[aria-posinset="1"] .headline-title').textContent()).toMatch(/ 10499$/);
    const atTen = await heap();
    await arrive(20_000);
    // Asked for again while it is more: what was on its way goes, what is kept stays. A headline that is kept takes a
    // hundred bytes at least.
    await expect.poll(heap, { interval: 500, timeout: 60_000 }).toBeLessThan(atTen + 20_000 * 32);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1500);
    expect(faults).toEqual([]);
  }, 120_000);

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

  it('tells of feeds that fail', async () => {
    const server = await servePage({
      headlines: ({ events }) => {
        setTimeout(() => {
          events.next({ type: 'read', source: 'https://feed.example/', at: 0, items: 12, nextInMs: 900 });
          events.next({
            type: 'failed',
            source: 'https://other.example/',
            at: 0,
            code: 'HW_HTTP_STATUS',
            message: 'It answered 500.',
            nextInMs: 900,
          });
        });
        return NEVER;
      },
    });
    const { page } = await visit(server.url);
    const feeds = page.getByRole('region', { name: 'Feeds' });
    await expect
      .poll(() => feeds.getByRole('listitem').allTextContents())
      .toEqual([
        'https://feed.example/read, 12 items · 00:00:00',
        'https://other.example/failed, tried again later: It answered 500. · 00:00:00',
      ]);
  });
});

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
