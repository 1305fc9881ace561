/**
 * Makes docs/page.png: `node scripts/pagePicture.mjs`, after `npm run build`. It needs Chromium: that of Debian, or the
 * one in the variable CHROMIUM.
 *
 * It trains on the bundled sample, serves feeds of other invented headlines on this machine, runs `headwater serve` on
 * them, and takes a screenshot of its page after a while, with an explained headline.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root } from './setup.mjs';

const { sampleCsv } = await import(join(root, 'dist/entries/streams.js'));

const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'headwater-picture-'));

const titles = [...sampleCsv({ rows: 600, seed: 7 })]
  .join('')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '' && !line.includes('"'))
  .map((line) => line.slice(0, line.lastIndexOf(',')));

const items = [];
let published = 0;
const publish = (number) => {
  for (const title of titles.splice(0, number))
    items.unshift(
      `<item><title>${title.replaceAll('&', '&amp;')}</title><guid>${published++}</guid>` +
        `<pubDate>${new Date().toUTCString()}</pubDate></item>`,
    );
};
const feed = createServer((_request, response) => {
  response
    .writeHead(200, { 'content-type': 'application/rss+xml' })
    .end(`<rss version="2.0"><channel><title>News</title>${items.slice(0, 60).join('')}</channel></rss>`);
});

const started = [];
try {
  writeFileSync(join(folder, 'sample.csv'), [...sampleCsv()].join(''));
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, 'train', '--data', 'sample.csv', '--out', 'news', '--epochs', '8', '--lr', '1e-3', '--seed', '1'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  feed.listen(0, '127.0.0.1');
  await once(feed, 'listening');
  publish(8);
  const server = spawn(
    process.execPath,
    [
      main,
      'serve',
      '--model',
      'news',
      '--port',
      '0',
      '--feed',
      `http://127.0.0.1:${feed.address().port}/`,
      '--interval',
      '1',
      '--insist',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started.push(server);
  const [address] = await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(([status]) => Promise.reject(new Error(`serve ended with ${status}.`))),
  ]);
  for (let second = 0; second < 80; second++) {
    publish(2 + ((second * 7) % 6));
    await setTimeout(1000);
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage({
    viewport: { width: 1120, height: 1090 },
    colorScheme: 'light',
    timezoneId: 'UTC',
  });
  await page.goto(String(address).trim());
  await page
    .getByRole('grid')
    .getByRole('row')
    .filter({ hasText: /cup|league|final|Rovers/i })
    .first()
    .click();
  await page.locator('.effects').waitFor();
  await page.getByRole('grid').evaluate((list) => (list.scrollTop = 0));
  await page.mouse.move(0, 0);
  await setTimeout(1500);
  await page.screenshot({ path: join(root, 'docs/page.png') });
  await browser.close();
} finally {
  for (const one of started) one.kill();
  feed.close();
  feed.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
