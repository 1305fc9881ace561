import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleCsv } from '../../../src/streams/sample/sampleCsv.js';
import { headwater, workFolder } from '../headwater.js';
import { TINY, TINY_CSV, TINY_SIZES } from '../tiny.js';
import { describeInTmux, tmuxTerminal } from '../tmux.js';

const cwd = workFolder();

beforeAll(() => {
  writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV);
  // An epoch of it takes a second or so: time to look at.
  writeFileSync(join(cwd, 'longer.csv'), [...sampleCsv({ rows: 4000 })].join(''));
});

const ESCAPE = '\u001b[';

describe('colours elsewhere than on a terminal', () => {
  const table = async (env: Readonly<Record<string, string>>): Promise<string> =>
    (await headwater(['train', '--data', 'tiny.csv', '--out', 'model', ...TINY], { cwd, env })).stdout;

  it('FORCE_COLOR asks for them, and NO_COLOR wins over it', async () => {
    expect(await table({ FORCE_COLOR: '1' })).toContain(`${ESCAPE}1mweighted`);
    expect(await table({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(ESCAPE);
  });
});

describeInTmux('a terminal', () => {
  const { open, screen, until, ended, press, resize } = tmuxTerminal(cwd);

  const LONG = [
    'train',
    '--data',
    'longer.csv',
    '--out',
    'long',
    ...TINY_SIZES,
    '--hidden-dim',
    '32',
    '--batch-size',
    '8',
    '--epochs',
    '1000',
    '--patience',
    '1000',
  ];

  it('shows a bar with rate and time left, drawn in place, that follows the width, and a line an epoch; Ctrl-C ends it', async () => {
    open(LONG);
    const seen = await until(
      /\nepoch ([2-9]|\d\d)\/1000 {2}█+░+ +\d+% {2}[\d,.]+ rows\/s {2}\d+s left {2}loss \d\.\d{3}$/,
    );
    expect(seen).toMatch(/^epoch 1\/1000 {2}train \d\.\d{3} {2}validation \d\.\d{3} {2}lr 1\.0e-2 {2}best$/m);
    // One bar, at the bottom, over those that were there before it.
    expect(seen.split('\n').filter((line) => /[█░]/.test(line))).toHaveLength(1);
    expect(screen('-e')).toContain(`${ESCAPE}32mbest`);
    resize(40, 40);
    const narrow = await until(/^epoch \d+\/1000 {2}\d+% {2}[\d,.]+ rows\/s {2}\d+s left/m);
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    press('C-c');
    expect(await ended()).toBe(130);
    // The bar that stood there stays, and what the shell writes next begins below it.
    expect(screen()).toMatch(/\nepoch [\s\S]+\n-- ended$/);
  });

  it('shows the same without colours under NO_COLOR, and ASCII where the locale is no UTF-8', async () => {
    open(LONG, { NO_COLOR: '1', LANG: 'C' });
    await until(/\nepoch ([2-9]|\d\d)\/1000 {2}#+-+ +\d+% /);
    const raw = screen('-e');
    expect(raw).toContain('best');
    expect(raw).not.toMatch(/\u001b\[[\d;]*m[^\n]/);
    press('C-c');
    expect(await ended()).toBe(130);
  });

  it('says what to do where headlines are to be typed, and answers each line', async () => {
    open(['predict', '--model', 'model']);
    await until(/^Type headlines, one on each line; Ctrl-D ends\.$/m);
    press('A late goal', 'Enter');
    await until(/^A late goal → [\w/]+ \(/m);
    press('C-d');
    expect(await ended()).toBe(0);
  });
});
