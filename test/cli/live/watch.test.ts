import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LivePrediction } from '../../../src/contracts/live/Live.js';
import { serve } from '../../streams/servers.js';
import { rssOf, serveFeeds } from '../feedServer.js';
import { afterBackend, type Ended, start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, trainTiny } from '../tiny.js';

const cwd = workFolder();
const model = ['--model', join(cwd, 'model')];

beforeAll(() => trainTiny(cwd));

const watch = (args: readonly string[], input = ''): Promise<Ended> => inProcess(['watch', ...model, ...args], input);
const running = (...args: readonly string[]) => start(['watch', '--model', 'model', ...args], { cwd });

/** The columns of the lines. */
const columns = (stdout: string): readonly (readonly string[])[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
const titles = (stdout: string): readonly (string | undefined)[] => columns(stdout).map((line) => line[3]);
const parse = (stdout: string): readonly LivePrediction[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LivePrediction);

const GOAL = 'A late goal decides the final';
const SHARES = 'Shares fall as the bank reports a loss';
const MOON = 'Software maps the surface of a moon';

describe('headwater watch --once', () => {
  it('writes a line for each headline of a feed, from the oldest to the newest: time, class, probability, title, source, key', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL, SHARES, MOON] });
    const before = Date.now();
    const { status, stdout, stderr } = await watch(['--once', `${origin}/news.xml`]);
    expect(status).toBe(0);
    const lines = columns(stdout);
    expect(lines.map((line) => line[3])).toEqual([MOON, SHARES, GOAL]);
    for (const [time = '', category, probability, , source, key, ...rest] of lines) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
      expect(CLASSES).toContain(category);
      expect(probability).toMatch(/^[01]\.\d{3}$/);
      expect(source).toBe(`${origin}/news.xml`);
      expect(key).toMatch(/^[\da-f]{16}$/);
      expect(rest).toEqual([]);
    }
    expect(afterBackend(stderr)).toBe(
      '3 headlines classified, 3 shown; left out: 0 repeated, 0 dropped, 0 unreadable\n',
    );
  });

  it('writes what is known of each as JSON with --json', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL, SHARES] });
    const { status, stdout } = await watch(['--once', '--json', `${origin}/news.xml`]);
    expect(status).toBe(0);
    const lines = parse(stdout);
    expect(lines.map(({ headline }) => headline.title)).toEqual([SHARES, GOAL]);
    for (const { type, headline, category, distribution, latencyMs } of lines) {
      expect(type).toBe('live-prediction');
      expect(headline.source).toBe(`${origin}/news.xml`);
      expect(distribution.map((one) => one.category).sort()).toEqual(CLASSES);
      expect(distribution[0]?.category).toBe(category);
      expect(distribution.map((one) => one.probability)).toEqual(
        distribution.map((one) => one.probability).sort((a, b) => b - a),
      );
      expect(latencyMs).toBeGreaterThanOrEqual(0);
    }
    expect(lines.map(({ headline }) => headline.id)).toEqual([0, 1]);
  });

  it('shows what the filters let through, and counts all', async () => {
    const given = Array.from(
      { length: 40 },
      (_, i) =>
        `${[GOAL, SHARES, MOON][i % 3] ?? ''} ` +
        `${['again', 'in the city', 'after the vote', 'at sea'][i % 4] ?? ''} ${i}`,
    );
    const { origin } = await serveFeeds({ '/news.xml': given });
    const ask = async (...args: readonly string[]) => watch(['--once', '--json', `${origin}/news.xml`, ...args]);
    const all = parse((await ask()).stdout);
    expect(all).toHaveLength(40);
    const classes = [...new Set(all.map(({ category }) => category))];
    const [first = '', ...others] = classes;
    const one = await ask('--filter', first);
    expect(parse(one.stdout).map(({ headline }) => headline.title)).toEqual(
      all.filter(({ category }) => category === first).map(({ headline }) => headline.title),
    );
    expect(one.stderr).toContain(`40 headlines classified, ${parse(one.stdout).length} shown;`);
    expect(parse((await ask('--filter', ['World', ...classes].join(', '))).stdout)).toHaveLength(40);
    const sorted = all.map(({ distribution }) => distribution[0]?.probability ?? 0).sort((a, b) => a - b);
    const middle = sorted[20] ?? 0;
    expect(parse((await ask('--min-probability', String(middle))).stdout)).toHaveLength(
      sorted.filter((probability) => probability >= middle).length,
    );
    expect(others.length + 1).toBe(classes.length);
  });

  it('tells a feed that cannot be read, and ends well where another one can', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL], '/broken.xml': 503 });
    const { status, stdout, stderr } = await watch(['--once', `${origin}/broken.xml`, `${origin}/news.xml`]);
    expect(status).toBe(0);
    expect(titles(stdout)).toEqual([GOAL]);
    expect(stderr).toMatch(/\nhttp:\S+\/broken\.xml answered 503 .+ It is not tried again\. \[HW_HTTP_STATUS\]\n/);
  });

  it('fails where none can be read', async () => {
    const { origin } = await serveFeeds({ '/one.xml': 503 });
    const both = await watch(['--once', `${origin}/one.xml`, `${origin}/two.xml`]);
    expect({ status: both.status, stdout: both.stdout }).toEqual({ status: 1, stdout: '' });
    expect(both.stderr).toMatch(
      /\nheadwater: None of the 2 feeds could be read\. The first of them: http:\S+\/one\.xml answered 503 [^\n]+ \[HW_FEED\]\n$/,
    );
    const one = await watch(['--once', `${origin}/two.xml`]);
    expect(one.status).toBe(1);
    expect(one.stderr).toMatch(
      /\nheadwater: The feed could not be read\. http:\S+\/two\.xml answered 404 [^\n]+ \[HW_FEED\]\n$/,
    );
  });

  it('leaves out and tells what cannot be read of a feed, and counts it', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL, ...Array<string>(12).fill(''), MOON] });
    const { status, stdout, stderr } = await watch(['--once', `${origin}/news.xml`]);
    expect(status).toBe(0);
    expect(titles(stdout)).toEqual([MOON, GOAL]);
    expect(
      stderr.match(
        /^left out http:\S+\/news\.xml:1: item in field "title": expected a title, or text to take one from, got .+$/gm,
      ),
    ).toHaveLength(10);
    expect(stderr).toMatch(/ 12 unreadable\n$/);
  });

  it('keeps what would steer the terminal, and tabs, out of its lines', async () => {
    const { stdout } = await watch(['-'], 'red \u001b[31malert\tof\u0007 today\n');
    expect(titles(stdout)).toEqual(['red \\u001b[31malert of\\u0007 today']);
  });

  it('answers thousands of headlines in their order, and drops none of a source that can be braked', async () => {
    const given = Array.from({ length: 3000 }, (_, i) => `goal number ${i} of the final`);
    const { origin } = await serveFeeds({ '/news.xml': given });
    const { stdout, stderr } = await watch(['--once', '--limit', '100', '--drop', 'newest', `${origin}/news.xml`]);
    expect(titles(stdout)).toEqual(given.toReversed());
    expect(stderr).toContain('3,000 headlines classified, 3,000 shown; left out: 0 repeated, 0 dropped, 0 unreadable');
  });

  it('reads a feed that is a file, and the feeds of an OPML, each once', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL], '/more.xml': [SHARES] });
    writeFileSync(join(cwd, 'moon.xml'), rssOf([MOON]));
    writeFileSync(
      join(cwd, 'feeds.opml'),
      `<opml version="2.0"><body><outline xmlUrl="${origin}/more.xml"/><outline ` +
        `xmlUrl="${origin}/news.xml"/><outline xmlUrl="ftp://example.org/"/></body></opml>`,
    );
    const { status, stdout, stderr } = await watch([
      '--once',
      `${origin}/news.xml`,
      join(cwd, 'moon.xml'),
      '--opml',
      join(cwd, 'feeds.opml'),
    ]);
    expect(status).toBe(0);
    expect(titles(stdout).toSorted()).toEqual([GOAL, SHARES, MOON].toSorted());
    expect(stderr).toMatch(
      /^left out \S+feeds\.opml:1: item in field "xmlUrl": expected an address of http or https, got /,
    );
    expect(stderr).toContain(' 0 repeated, ');
    const list = await watch(['--once', '--opml', join(cwd, 'moon.xml')]);
    expect(list.status).toBe(1);
    expect(list.stderr).toMatch(/^headwater: \S+moon\.xml is no OPML: [^\n]+ \[HW_FEED\]\n$/);
  });
});

describe('headwater watch - (lines of stdin)', () => {
  it('answers each line once, and ends where stdin does', async () => {
    const json = JSON.stringify({ title: MOON, guid: 'm' });
    const { status, stdout, stderr } = await watch(['-'], `${GOAL}\n\n${SHARES}\n${GOAL}!\n${json}\n{"title":7}\n`);
    expect(status).toBe(0);
    expect(titles(stdout)).toEqual([GOAL, SHARES, MOON]);
    expect(stderr).toContain('3 headlines classified, 3 shown; left out: 1 repeated, 0 dropped, 1 unreadable\n');
  });

  it('answers a line before the next one is written', async () => {
    const { child, ended, until } = running('-');
    child.stdin.write(`${GOAL}\n`);
    await until('stdout', /\tA late goal decides the final\tstdin\t[\da-f]{16}\n$/);
    child.stdin.end(`${SHARES}\n`);
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(titles(stdout)).toEqual([GOAL, SHARES]);
  });
});

describe('headwater watch refuses, in one line and with status 2,', () => {
  it.each([
    [
      'no feed',
      [],
      /There is no feed to watch\. Give addresses of feeds, - for lines of stdin, --opml, or a broker with --from\./,
    ],
    ['an address of another kind', ['ftp://example.org/feed'], /Cannot read from ftp: addresses/],
    [
      'a class that the model does not have',
      ['http://127.0.0.1:9/', '--filter', 'Sports,Cooking'],
      /--filter: the model has no class "Cooking"\. Its classes are Business, Sci\/Tech, Sports, World\./,
    ],
    [
      'an interval below a minute',
      ['http://127.0.0.1:9/', '--interval', '5'],
      /--interval is 5, but must be at least 60 seconds.+ --insist /,
    ],
    [
      'a stream without an end for --once',
      ['--once', 'sse+http://127.0.0.1:9/'],
      /--once works with feeds only, and http:\/\/127\.0\.0\.1:9\/ is a stream without an end/,
    ],
    ['a probability that is none', ['-', '--min-probability', '1.5'], /It must be a number from 0 to 1\./],
    ['an interval that is none', ['-', '--interval', '0'], /It must be a number above 0\./],
    ['no room at all', ['-', '--limit', '0'], /It must be a whole number of at least 1\./],
    ['a policy that is none', ['-', '--drop', 'all'], /Allowed choices are newest, oldest, random\./],
    ['an OPML that is not there', ['--opml', join(cwd, 'none.opml')], /No such file: .+none\.opml\./],
    [
      'a contact that no header can hold',
      ['http://127.0.0.1:9/', '--contact', 'a b'],
      /contact must be an address of the web or of mail/,
    ],
  ])('%s', async (_what, args, wanted) => {
    const { status, stdout, stderr } = await watch(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^headwater: [^\n]+ \[HW_[A-Z]+\]\n$/);
    expect(stderr).toMatch(wanted);
  });

  it('a folder of the state that is a file', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const { status, stderr } = await watch(['-', '--state', join(cwd, 'taken')]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^headwater: \S+taken is a file, but the output needs a folder\. [^\n]+ \[HW_PATH\]\n$/);
  });
});

describe('headwater watch --state', () => {
  it('leaves out after a restart what was there before it, and lets a feed say that nothing has changed', async () => {
    const server = await serveFeeds({ '/news.xml': [GOAL, SHARES] });
    const state = join(cwd, 'state');
    const ask = () => watch(['--once', '--state', state, `${server.origin}/news.xml`]);
    expect(titles((await ask()).stdout)).toEqual([SHARES, GOAL]);
    expect(server.unchanged()).toBe(0);
    const again = await ask();
    expect(again.status).toBe(0);
    expect(again.stdout).toBe('');
    expect(server.unchanged()).toBe(1);
    server.feeds.set('/news.xml', [MOON, GOAL, SHARES]);
    const changed = await ask();
    expect(titles(changed.stdout)).toEqual([MOON]);
    expect(changed.stderr).toContain(' 2 repeated, ');
  });

  it('keeps it when it is interrupted', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL] });
    const first = running('--state', 'kept', `${origin}/news.xml`);
    await first.until('stdout', /\n/);
    first.child.kill('SIGINT');
    expect((await first.ended).status).toBe(130);
    const { stdout } = await watch(['--once', '--state', join(cwd, 'kept'), `${origin}/news.xml`]);
    expect(stdout).toBe('');
  });

  it('tells a damaged memory, puts it aside and begins anew', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL] });
    const state = join(cwd, 'damaged');
    mkdirSync(state);
    writeFileSync(join(state, 'seen.json'), '{"formatVersion":1,');
    const { status, stdout, stderr } = await watch(['--once', '--state', state, `${origin}/news.xml`]);
    expect(status).toBe(0);
    expect(titles(stdout)).toEqual([GOAL]);
    expect(stderr).toMatch(
      /headwater: \S+seen\.json is damaged: .+ everything starts from the beginning\. \[HW_ARTIFACT\]\n/,
    );
    expect(readFileSync(join(state, 'seen.json.damaged'), 'utf8')).toBe('{"formatVersion":1,');
    writeFileSync(join(state, 'seen.log'), 'something else');
    const log = await watch(['--once', '--state', state, `${origin}/news.xml`]);
    expect(log.stderr).toMatch(
      /headwater: \S+seen\.log is damaged\. .+ everything starts from the beginning\. \[HW_ARTIFACT\]\n/,
    );
  });

  it('shares its folder with no other process', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL] });
    const first = running('--state', 'shared', `${origin}/news.xml`);
    await first.until('stdout', /\n/);
    const second = await watch(['--once', '--state', join(cwd, 'shared'), `${origin}/news.xml`]);
    expect(second.status).toBe(2);
    expect(second.stderr).toMatch(/Another headwater keeps its state in \S+shared \(process \d+\)\./);
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await watch(['--once', '--state', join(cwd, 'shared'), `${origin}/news.xml`])).status).toBe(0);
  });

  it('tells of a gap where a feed has gone on by more than it holds', async () => {
    const server = await serveFeeds({ '/news.xml': [GOAL, SHARES, MOON, 'Rain'] });
    const ask = () => watch(['--once', '--state', join(cwd, 'gap'), `${server.origin}/news.xml`]);
    expect((await ask()).stderr).not.toContain('gap');
    server.feeds.set('/news.xml', ['Ferry', 'Bridge']);
    expect((await ask()).stderr).toMatch(/\/news\.xml has a gap: none of the headlines /);
  });
});

describe('headwater watch', () => {
  it('writes new headlines as they come, tells what it left out, and ends with 130 on Ctrl-C', async () => {
    const server = await serveFeeds({ '/news.xml': [GOAL] });
    const { child, ended, until } = running('--interval', '0.2', '--insist', `${server.origin}/news.xml`);
    await until('stdout', /A late goal/);
    server.feeds.set('/news.xml', [SHARES, GOAL]);
    await until('stdout', /Shares fall/);
    child.kill('SIGINT');
    const { status, stdout, stderr } = await ended;
    expect(status).toBe(130);
    expect(titles(stdout)).toEqual([GOAL, SHARES]);
    expect(stderr).toMatch(
      /\n2 headlines classified, 2 shown; left out: [1-9]\d* repeated, 0 dropped, 0 unreadable\n$/,
    );
  });

  it('goes on when a feed fails, and says when it is tried again', async () => {
    const server = await serveFeeds({ '/news.xml': 503 });
    writeFileSync(join(cwd, 'own.xml'), rssOf([GOAL]));
    const { child, ended, until } = running('--interval', '0.2', '--insist', `${server.origin}/news.xml`, 'own.xml');
    await until('stderr', /\/news\.xml answered 503 .+ It is tried again in \d+m?\d*s\. \[HW_HTTP_STATUS\]\n/);
    await until('stdout', /A late goal/);
    writeFileSync(join(cwd, 'own.xml'), rssOf([MOON, GOAL]));
    await until('stdout', /Software maps/);
    child.kill('SIGTERM');
    expect((await ended).status).toBe(143);
  });

  it('ends with 0 when its reader has gone', async () => {
    const server = await serveFeeds({ '/news.xml': [GOAL] });
    const { child, ended, until } = running('--interval', '0.2', '--insist', `${server.origin}/news.xml`);
    await until('stdout', /A late goal/);
    child.stdout.destroy();
    server.feeds.set('/news.xml', [SHARES, GOAL]);
    const { status, stderr } = await ended;
    expect(status).toBe(0);
    expect(stderr).not.toContain('headwater:');
  });

  it('watches server-sent events and a WebSocket', async () => {
    const events = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${GOAL}\n\n`);
    });
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    sockets.on('connection', (socket: WebSocket) => socket.send(JSON.stringify({ title: SHARES })));
    await once(sockets, 'listening');
    const address = sockets.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, ended, until } = running(`sse+${events}/`, `ws://127.0.0.1:${port}/`);
    await until('stdout', /\tA late goal[^\n]+\thttp:/);
    await until('stdout', /\tShares fall[^\n]+\tws:/);
    child.kill('SIGINT');
    expect((await ended).status).toBe(130);
    sockets.close();
  });

  it('ends badly when a stream that it watches is no such stream', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL] });
    const { status, stderr } = await watch([`sse+${origin}/news.xml`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\nheadwater: The feed could not be read\. [^\n]+ \[HW_FEED\]\n$/);
  });
});
