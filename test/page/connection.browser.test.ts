import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { servePage } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { announcements, CONNECTED, live, LOST, rowsOf, violations } from './looking.js';
import { atEnd, visit } from './visit.js';

describe.skipIf(chromiumPath === undefined)('the connection of the page', { timeout: 120_000 }, () => {
  it('reconnects by itself when the server is started again, and says so', async () => {
    const first = await servePage();
    const { page } = await visit(first.url);
    await live(page);
    first.send('Before the end');
    await rowsOf(page).first().waitFor();
    const said = await announcements(page);
    first.stop();
    await page.getByText(/^Reconnecting/).waitFor();
    const second = await servePage({ port: Number(first.url.port) });
    await live(page);
    second.send('After the start');
    await expect.poll(() => rowsOf(page).filter({ hasText: 'After the start' }).count(), { timeout: 60_000 }).toBe(1);
    expect(await rowsOf(page).filter({ hasText: 'Before the end' }).count()).toBe(1);
    await page
      .getByText('The server was restarted. It is not known what was missed in the meantime.')
      .first()
      .waitFor();
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
    await rowsOf(page).first().waitFor();
    closed = true;
    for (const socket of sockets) socket.destroy();
    await page.getByText(/^Reconnecting/).waitFor();
    server.send(...Array.from({ length: 25 }, (_, index) => `number ${index + 1}`));
    await page.waitForTimeout(200);
    closed = false;
    await live(page);
    await page.getByText('15 events were missed: the page was away, or too slow.').first().waitFor();
    await expect.poll(() => page.locator('.figure dd').last().textContent()).toBe('15');
    await expect.poll(() => rowsOf(page).filter({ hasText: 'number 25' }).count()).toBe(1);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('11');
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
    await rowsOf(page).first().click();
    await page.locator('.effects').waitFor();
    await page.reload();
    await live(page);
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
  });

  it('tells of feeds that fail, and of those that have not answered yet', async () => {
    const server = await servePage({
      feeds: {
        addresses: ['https://other.example', 'sse+https://slow.example/events', 'https://feed.example/', 'a.xml'],
        add: () => false,
        remove: () => false,
      },
      headlines: ({ events }) => {
        setTimeout(() => {
          events.next({
            type: 'read',
            source: 'https://feed.example/',
            at: 0,
            items: 12,
            nextInMs: 900,
            title: 'Harbour Daily',
          });
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
    const feeds = page.getByRole('region', { name: 'Feeds', exact: true });
    await expect
      .poll(() => feeds.getByRole('listitem').allTextContents())
      .toEqual([
        'other.examplefailed, tried again later: It answered 500. · 00:00:00',
        'Harbour Dailyread, 12 items · 00:00:00',
        'slow.example/eventsnot read yet',
      ]);
    expect(await page.getByText('1 of 3 feeds fails.').count()).toBeGreaterThan(0);
    // Seen without scrolling, with what is wrong.
    const failing = page.getByRole('region', { name: 'Failing feeds' });
    expect(await failing.getByRole('listitem').allTextContents()).toEqual([
      'other.example: It answered 500. It is tried again at 00:00:00.',
    ]);
    expect((await failing.boundingBox())?.y).toBeLessThan(200);
    await live(page);
  });

  it('is not live while the only feed fails', async () => {
    const server = await servePage({
      headlines: ({ events }) => {
        setTimeout(() =>
          events.next({
            type: 'failed',
            source: 'https://a.example/',
            at: 0,
            code: 'HW_DNS',
            message: 'No such host.',
            nextInMs: 900,
          }),
        );
        return NEVER;
      },
    });
    const { page } = await visit(server.url);
    await page.getByText('Connected, no feed can be read').waitFor();
    await page.getByText('The only feed fails.').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.getByText('Live', { exact: true }).count()).toBe(0);
  });

  it('notices a server that is silent, and leaves the explanation where it is', async () => {
    const server = await servePage();
    let silent = false;
    let gone = false;
    const sockets = new Set<Socket>();
    const proxy = createServer((socket) => {
      sockets.add(socket);
      if (gone) socket.destroy();
      const onward = connect(Number(server.url.port), '127.0.0.1');
      socket
        .on('error', () => undefined)
        .on('data', (bytes) => {
          if (!silent) onward.write(bytes);
        });
      onward
        .on('error', () => undefined)
        .on('data', (bytes) => {
          if (!silent) socket.write(bytes);
        });
      socket.once('close', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    atEnd(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => proxy.close(resolve));
    });
    const { page, picture } = await visit(new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`));
    await live(page);
    server.send('The Rovers win the cup final');
    await rowsOf(page).first().click();
    await page.locator('.effects').waitFor();
    silent = true;
    const since = Date.now();
    await page.getByText(/^Reconnecting/).waitFor();
    expect(Date.now() - since).toBeLessThan(15_000);
    gone = true;
    for (const socket of sockets) socket.destroy();
    await page.getByLabel('A headline of your own').fill('Shares fall');
    await page.keyboard.press('Enter');
    await page.getByText('It cannot be explained now: The server').waitFor();
    expect(await page.locator('.words').textContent()).toBe('The Rovers win the cup final');
    await picture('server-down');
  });
});
