import { beforeAll, expect, it } from 'vitest';
import { serveFeeds } from '../feedServer.js';
import { workFolder } from '../headwater.js';
import { CLASSES, trainTiny } from '../tiny.js';
import { describeInTmux, tmuxTerminal } from '../tmux.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

const GOAL = 'A late goal decides the final';
const SHARES = 'Shares fall as the bank reports a loss';
const MOON = 'Software maps the surface of a moon';
const QUICK = ['--model', 'model', '--interval', '0.2', '--insist'];

describeInTmux('headwater watch in a terminal', () => {
  const { open, shell, screen, until, ended, press, resize, close } = tmuxTerminal(cwd);
  const listed = (seen: string): readonly string[] =>
    seen.split('\n').flatMap((line) => /\[?[█░#-]+ [01]\.\d\d {2}(.+?)(?: {2,}.*)?$/.exec(line)?.[1] ?? []);

  it('draws one view in place: newest on top, feeds with their errors, classes in colour; Ctrl-C ends it below', async () => {
    const server = await serveFeeds({ '/news.xml': [SHARES, GOAL], '/broken.xml': 503 });
    open(['watch', ...QUICK, `${server.origin}/news.xml`, `${server.origin}/broken.xml`]);
    const first = await until(/Shares fall[\s\S]+A late goal/);
    expect(listed(first)).toEqual([SHARES, GOAL]);
    expect(first).toMatch(/^headwater watch {3}[\d.]+ headlines\/s {3}lag p50 [\d.]+ m?s, p99 [\d.]+ m?s {3}2 feeds/m);
    await until(/✗ 127\.0\.0\.1:\d+\/broken\.xml +not read yet, next in \d+m?\d*s {2}answered 503/);

    server.feeds.set('/news.xml', [MOON, SHARES, GOAL]);
    const second = await until(/Software maps/);
    expect(listed(second)).toEqual([MOON, SHARES, GOAL]);
    // One frame, and above it what the command said before.
    expect(second.match(/headwater watch/g)).toHaveLength(1);
    expect(second).toMatch(/^backend: .+\nheadwater watch/);
    expect(second).toMatch(/^3 classified {3}3 shown {3}[1-9]\d* repeated {3}0 dropped {3}0 rejected$/m);
    expect(second).toMatch(/^● News +3 items, read \d+s ago, next in \d+s$/m);

    // Each class has one colour, in the line of counts and in those of its headlines.
    const raw = screen('-e');
    const colors = CLASSES.map(
      (category) => new RegExp(`\u001b\\[(?:\\d+;)*(3\\d)m(?:\u001b\\[49m)?${category} \\d`).exec(raw)?.[1],
    );
    expect(colors).toEqual(['36', '33', '32', '35']);

    press('C-c');
    expect(await ended()).toBe(130);
    const last = screen();
    expect(last).toMatch(
      /\n3 headlines classified, 3 shown; left out: [\d,]+ repeated, 0 dropped, 0 unreadable\n-- ended$/,
    );
    expect(listed(last)).toEqual([MOON, SHARES, GOAL]);
    expect(last).not.toContain('^C');
  });

  it('does what its keys say, without an echo, and q ends it well', async () => {
    const server = await serveFeeds({ '/news.xml': [SHARES, GOAL] });
    open(['watch', ...QUICK, `${server.origin}/news.xml`], { FORCE_HYPERLINK: '1' });
    await until(/Shares fall[\s\S]+A late goal[\s\S]+^q quits, space pauses/m);
    // Enter for nothing leaves nothing behind.
    press('Enter', 'Enter', 'Space');
    await until(/^paused, 0 new/m);
    server.feeds.set('/news.xml', [MOON, SHARES, GOAL]);
    expect(listed(await until(/^paused, 1 new/m))).toEqual([SHARES, GOAL]);
    press('Down', 'Down');
    await until(/^▸ .*A late goal/m);
    press('Escape');
    await until(/Software maps/);
    press('/', 's', 'h', 'a', 'r', 'e', 's', 'Enter');
    const filtered = await until(/^filter: shares/m);
    expect(listed(filtered)).toEqual([SHARES]);
    expect(filtered.match(/headwater watch/g)).toHaveLength(1);
    press('f');
    const flow = await until(/classify[\s\S]+^f or escape shows the headlines again/m);
    expect(flow).toMatch(/feeds[\s\S]+queue[\s\S]+dedupe[\s\S]+microBatch[\s\S]+classify/);
    expect(listed(flow)).toEqual([]);
    press('q');
    expect(await ended()).toBe(0);
    expect(screen()).toMatch(/^3 headlines classified/m);
  });

  it('is stopped by Ctrl-Z, and goes on in the foreground with its keys', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [SHARES, GOAL] });
    shell();
    press(`headwater watch ${QUICK.join(' ')} ${origin}/news.xml`, 'Enter');
    await until(/A late goal[\s\S]+^q quits/m);
    press('C-z');
    await until(/Stopped/);
    // The shell's own line editing works: the terminal is as it was.
    press('echo still-$((40 + 2))', 'Enter');
    await until(/^still-42$/m);
    press('fg', 'Enter');
    const again = await until((seen) => seen.startsWith('headwater watch') && seen.includes('q quits'));
    expect(listed(again)).toEqual([SHARES, GOAL]);
    press('Space');
    await until(/^paused/m);
    press('q');
    await until(/^2 headlines classified/m);
    press('echo ended-$?', 'Enter');
    await until(/^ended-0$/m);
  });

  it('ends in order when its terminal is closed', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [SHARES] });
    open(['watch', ...QUICK, `${origin}/news.xml`]);
    await until(/Shares fall/);
    close();
    expect(await ended()).toBe(129);
  });

  it('follows the size of the terminal, leaving nothing of the earlier frames', async () => {
    const long = Array.from({ length: 60 }, (_, i) => `Headline ${i} about the ${'very '.repeat(20)}late goal`);
    const { origin } = await serveFeeds({ '/news.xml': long });
    open(['watch', ...QUICK, `${origin}/news.xml`]);
    // One frame alone, as wide and as high as there is room for: as many headlines as there are lines, less five above
    // them, the keys below and the cursor's.
    // While it is being resized, tmux shows the old frame wrapped.
    const fills = (columns: number, rows: number) => (seen: string) => {
      const lines = seen.split('\n');
      const widest = Math.max(...lines.map((line) => line.length));
      return (
        lines.filter((line) => line.startsWith('headwater watch')).length === 1 &&
        lines.filter((line) => line.includes('Headline ')).length === rows - 7 &&
        widest === columns - 1
      );
    };
    await until(fills(100, 40));
    resize(60, 20);
    await until(fills(60, 20));
    resize(120, 30);
    await until(fills(120, 30));
    press('C-c');
    expect(await ended()).toBe(130);
  });

  it('draws without colours under NO_COLOR, and in ASCII where the locale is no UTF-8', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [GOAL] });
    open(['watch', ...QUICK, `${origin}/news.xml`], { NO_COLOR: '1', LANG: 'C' });
    await until(/^\+ News[\s\S]+#+-* 0\.\d\d {2}A late goal/m);
    expect(screen('-e')).not.toMatch(/\u001b\[[\d;]*[1-9]m/);
    press('C-c');
    expect(await ended()).toBe(130);
  });

  it('leaves the view where it is with --once, and ends', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [SHARES, GOAL] });
    open(['watch', '--model', 'model', '--once', `${origin}/news.xml`]);
    expect(await ended()).toBe(0);
    const seen = screen();
    expect(listed(seen)).toEqual([SHARES, GOAL]);
    expect(seen).toMatch(/^2 headlines classified, .+\n-- ended$/m);
  });

  it('shows a title without what would turn the direction of a line, and keeps wide characters within its width', async () => {
    const { origin } = await serveFeeds({ '/news.xml': [`\u202e東京${'東京'.repeat(60)}`, GOAL] });
    open(['watch', ...QUICK, `${origin}/news.xml`]);
    const seen = await until(/\] 東京/);
    expect(seen).not.toMatch(/\u202e|\\u202e/);
    expect(listed(seen)).toHaveLength(2);
    expect(seen).toContain('headwater watch');
    press('C-c');
    expect(await ended()).toBe(130);
  });

  it('writes plain lines where headlines are typed', async () => {
    open(['watch', '-', '--model', 'model']);
    await until(/^Type headlines, one on each line; Ctrl-D ends\.$/m);
    press('A late goal', 'Enter');
    await until(/Z\s+[\w/]+\s+0\.\d{3}\s+A late goal\s+stdin\s+[\da-f]{16}$/m);
    press('C-d');
    expect(await ended()).toBe(0);
    expect(screen()).not.toContain('headwater watch');
  });
});
