/**
 * Draws docs/watch.svg: `node scripts/watchPicture.mjs`, after `npm run build`. It needs tmux.
 *
 * It trains on the bundled sample, serves feeds of other invented headlines on this machine, runs `headwater watch` in
 * a terminal of tmux, and draws its screen after a while.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from './setup.mjs';
import { screenSvg } from './screenSvg.mjs';

const { sampleCsv } = await import(join(root, 'dist/entries/streams.js'));

const COLUMNS = 104;
const ROWS = 27;
const PORT = 8080;
const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'headwater-picture-'));
const socket = join(folder, 'tmux');

const run = (command, ...args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
};

/** The feed of each class: its path, its name and its items. */
const FEEDS = {
  Business: { path: '/business.xml', name: 'Harbour Gazette', items: [] },
  'Sci/Tech': { path: '/technology.xml', name: 'Circuit Weekly', items: [] },
  Sports: { path: '/sport.xml', name: 'Valley Post', items: [] },
  World: { path: '/world.xml', name: 'Evening Courier', items: [] },
};
const feeds = Object.values(FEEDS);

/** Headlines that are not in the training data, each for a suitable feed. */
const news = [...sampleCsv({ rows: 400, seed: 7 })]
  .join('')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '' && !line.includes('"'))
  .map((line) => {
    const at = line.lastIndexOf(',');
    return { title: line.slice(0, at), feed: FEEDS[line.slice(at + 1)] };
  });

let published = 0;
const publish = () => {
  const { title, feed } = news[published++];
  feed.items.unshift(
    `<item><title>${title}</title><guid>${published}</guid><pubDate>${new Date().toUTCString()}</pubDate></item>`,
  );
};

const server = createServer((request, response) => {
  const feed = feeds.find(({ path }) => path === request.url);
  if (feed === undefined) response.writeHead(503).end();
  else
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(
        `<rss version="2.0"><channel><title>${feed.name}</title>${feed.items.slice(0, 40).join('')}</channel></rss>`,
      );
});

try {
  writeFileSync(join(folder, 'sample.csv'), [...sampleCsv()].join(''));
  run(
    process.execPath,
    main,
    'train',
    '--data',
    'sample.csv',
    '--out',
    'model',
    '--epochs',
    '5',
    '--lr',
    '1e-3',
    '--seed',
    '1',
  );
  await new Promise((listening) => server.listen(PORT, '127.0.0.1', listening));
  for (let i = 0; i < 6; i++) publish();
  const ticker = setInterval(publish, 900);
  const addresses = [...feeds.map(({ path }) => path), '/weather.xml'].map((path) => `http://127.0.0.1:${PORT}${path}`);
  const command =
    `LANG=C.UTF-8 TERM=screen-256color '${process.execPath}' '${main}' watch ` +
    `${addresses.join(' ')} --model model --interval 2 --insist 2>/dev/null`;
  run(
    'tmux',
    '-S',
    socket,
    '-f',
    '/dev/null',
    'new-session',
    '-d',
    '-x',
    String(COLUMNS),
    '-y',
    String(ROWS),
    '-c',
    folder,
    command,
  );
  await setTimeout(30_000);
  clearInterval(ticker);
  const screen = run('tmux', '-S', socket, 'capture-pane', '-e', '-p');
  writeFileSync(
    join(root, 'docs/watch.svg'),
    screenSvg(
      screen,
      COLUMNS,
      'headwater watch: a terminal with feeds, counts and the newest headlines, each with its class and probability',
    ),
  );
} finally {
  spawnSync('tmux', ['-S', socket, 'kill-server']);
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
