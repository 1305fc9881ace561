import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sampleCsv } from '../../src/streams/sampleCsv.js';
import { headwater, MAIN, workFolder } from './headwater.js';
import { TINY, TINY_CSV, TINY_SIZES } from './tiny.js';

const cwd = workFolder();

beforeAll(() => {
  writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV);
  // An epoch of it takes a second or so: time to look at.
  writeFileSync(join(cwd, 'longer.csv'), [...sampleCsv({ rows: 4000 })].join(''));
});

const ESCAPE = '\u001b[';

describe('colours elsewhere than on a terminal', () => {
  const table = async (env: Readonly<Record<string, string>>): Promise<string> => (await headwater(['train', '--data', 'tiny.csv', '--out', 'model', ...TINY], { cwd, env })).stdout;

  it('FORCE_COLOR asks for them, and NO_COLOR wins over it', async () => {
    expect(await table({ FORCE_COLOR: '1' })).toContain(`${ESCAPE}1mweighted`);
    expect(await table({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(ESCAPE);
  });
});

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

// A server of each test's own, which no other tmux of the machine's user meets, nor one that is still about to end.
let servers = 0;
let socket: string;
const tmux = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
  return stdout;
};

describe.skipIf(!hasTmux)(`a terminal${hasTmux ? '' : ' [skipped: tmux is not installed]'}`, () => {
  beforeEach(() => {
    servers += 1;
    socket = join(cwd, `tmux-${servers}`);
    writeFileSync(join(cwd, 'status'), '');
  });
  afterEach(() => {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
  });

  /** Runs the command in a terminal of its own, which stays when it has ended; its exit status goes to a file. */
  const open = (args: readonly string[], env: Readonly<Record<string, string>> = {}): void => {
    const variables = Object.entries({ PATH: process.env['PATH'] ?? '', HOME: cwd, LANG: 'C.UTF-8', TERM: 'screen-256color', ...env }).map(([name, value]) => `${name}='${value}'`);
    const command = `env -i ${variables.join(' ')} '${process.execPath}' '${MAIN}' ${args.join(' ')}; status=$?; echo '-- ended'; echo $status > status; exec cat`;
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', '-c', cwd, command);
  };
  const screen = (...more: readonly string[]): string => tmux('capture-pane', '-p', ...more).trimEnd();

  /** Looks at the screen until it matches. */
  const until = async (wanted: RegExp): Promise<string> => {
    for (let looks = 0; looks < 400; looks++) {
      const seen = screen();
      if (wanted.test(seen)) return seen;
      await setTimeout(50);
    }
    throw new Error(`${String(wanted)} did not come on the screen:\n${screen()}`);
  };
  const ended = async (): Promise<number> => {
    for (let looks = 0; looks < 400; looks++) {
      const status = readFileSync(join(cwd, 'status'), 'utf8');
      if (status.endsWith('\n')) return Number(status);
      await setTimeout(50);
    }
    throw new Error(`It did not end:\n${screen()}`);
  };

  const LONG = ['train', '--data', 'longer.csv', '--out', 'long', ...TINY_SIZES, '--hidden-dim', '32', '--batch-size', '8', '--epochs', '1000', '--patience', '1000'];

  it('shows a bar with rate and time left, drawn in place, that follows the width, and a line an epoch; Ctrl-C ends it', async () => {
    open(LONG);
    const seen = await until(/\nepoch ([2-9]|\d\d)\/1000 {2}█+░+ +\d+% {2}[\d,.]+ rows\/s {2}\d+s left {2}loss \d\.\d{3}$/);
    expect(seen).toMatch(/^epoch 1\/1000 {2}train \d\.\d{3} {2}validation \d\.\d{3} {2}lr 1\.0e-2 {2}best$/m);
    // One bar, at the bottom, over those that were there before it.
    expect(seen.split('\n').filter((line) => /[█░]/.test(line))).toHaveLength(1);
    expect(screen('-e')).toContain(`${ESCAPE}32mbest`);
    tmux('resize-window', '-x', '40', '-y', '40');
    const narrow = await until(/^epoch \d+\/1000 {2}\d+% {2}[\d,.]+ rows\/s {2}\d+s left/m);
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    tmux('send-keys', 'C-c');
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
    tmux('send-keys', 'C-c');
    expect(await ended()).toBe(130);
  });

  it('says what to do where headlines are to be typed, and answers each line', async () => {
    open(['predict', '--model', 'model']);
    await until(/^Type headlines, one a line; Ctrl-D ends\.$/m);
    tmux('send-keys', 'A late goal', 'Enter');
    await until(/^A late goal → [\w/]+ \(/m);
    tmux('send-keys', 'C-d');
    expect(await ended()).toBe(0);
  });
});
