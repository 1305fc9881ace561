import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterBackend, type Ended, headwater, start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

const predict = (args: readonly string[], input: string | Uint8Array = ''): Promise<Ended> =>
  headwater(['predict', '--model', 'model', ...args], { cwd, input });

/** The same in this process. */
const predictHere = (args: readonly string[], input: string | Uint8Array = ''): Promise<Ended> =>
  inProcess(['predict', '--model', join(cwd, 'model'), ...args], input);

interface Line {
  readonly title: string;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

const parse = (stdout: string): readonly Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('headwater predict', () => {
  it('answers each headline among its arguments: headline, class, sorted distribution', async () => {
    const { status, stdout, stderr } = await predict(['A late goal decides the final', 'Shares  fall\nagain']);
    expect(status).toBe(0);
    const number = '[01]\\.\\d{3}';
    const distribution = `\\((?:[\\w/]+ ${number}, ){3}[\\w/]+ ${number}\\)`;
    expect(stdout).toMatch(
      new RegExp(
        `^A late goal decides the final → [\\w/]+ ${distribution}\nShares fall again → [\\w/]+ ${distribution}\n$`,
      ),
    );
    expect(afterBackend(stderr)).toBe('');
  });

  it('writes JSON lines whose probabilities are sorted and whose class is the first of them', async () => {
    const { stdout } = await predictHere(['--format', 'jsonl', 'A late goal decides the final', 'Shares "fall"', '']);
    const lines = parse(stdout);
    expect(lines.map(({ title }) => title)).toEqual(['A late goal decides the final', 'Shares "fall"', '']);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['title', 'class', 'probabilities', 'known']);
      const shares = Object.values(line.probabilities);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      expect(Object.keys(line.probabilities).sort()).toEqual(CLASSES);
      expect(line.class).toBe(Object.keys(line.probabilities)[0]);
    }
  });

  it('says that the name of a file is a text, and how to classify its rows', async () => {
    const { status, stderr } = await predictHere([join(cwd, 'tiny.csv')]);
    expect(status).toBe(0);
    expect(stderr).toContain('tiny.csv is classified as a text; for the rows of this file, give --data');
  });

  it('writes CSV with a header and a column a class', async () => {
    const { stdout } = await predictHere(['--format', 'csv', 'Rain, then "sun"']);
    const [header, line, ...rest] = stdout.trimEnd().split('\n');
    expect(header).toBe('title,class,Business,Sci/Tech,Sports,World');
    expect(line).toMatch(/^"Rain, then ""sun""",[\w/]+(,0\.\d+){4}$/);
    expect(rest).toEqual([]);
  });

  it('escapes what would steer the terminal in text', async () => {
    expect((await predictHere(['red \u001b[31m alert'])).stdout).toMatch(/^red \\u001b\[31m alert → /);
  });

  it('takes a headline that begins with a dash after --', async () => {
    expect((await predictHere(['--', '--help is on its way'])).stdout).toMatch(/^--help is on its way → /);
  });

  it('answers a line of stdin before the next one is written', async () => {
    const { child, ended, until } = start(['predict', '--model', 'model'], { cwd });
    child.stdin.write('one goal\n');
    await until('stdout', /^one goal → .+\)(?: \[nothing read: no token is known\])?\n$/);
    child.stdin.write('two goals\nthree');
    await until('stdout', /\ntwo goals → .+\)(?: \[nothing read: no token is known\])?\n$/);
    child.stdin.write(' goals\r\n');
    await until('stdout', /\nthree goals → .+\)(?: \[nothing read: no token is known\])?\n$/);
    child.stdin.end('the last, without an end');
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(' → ')[0])).toEqual([
      'one goal',
      'two goals',
      'three goals',
      'the last, without an end',
      '',
    ]);
  });

  it('answers every line: those after CRLF, empty ones, ones with a NUL', async () => {
    const { status, stdout } = await predict(['--format', 'jsonl'], '\ufefffirst\r\n\r\nwith\0nul\n\nlast');
    expect(status).toBe(0);
    expect(parse(stdout).map(({ title }) => title)).toEqual(['first', '', 'with\0nul', '', 'last']);
  });

  it('answers thousands of lines in their order, each as by itself', async () => {
    const titles = Array.from({ length: 3000 }, (_, i) => `goal number ${i % 7} of the ${'very '.repeat(i % 5)}final`);
    const { status, stdout } = await predict(['--format', 'jsonl'], titles.join('\n'));
    expect(status).toBe(0);
    const lines = parse(stdout);
    expect(lines.map(({ title }) => title)).toEqual(titles);
    // The same headline gets the same answer, whoever its batch mates are.
    const answers = new Map(lines.slice(0, 35).map((line) => [line.title, line]));
    for (const { title, probabilities } of lines) {
      for (const name of CLASSES)
        expect(probabilities[name]).toBeCloseTo(answers.get(title)?.probabilities[name] ?? NaN, 5);
    }
  });

  it.each([
    ['text', ''],
    ['jsonl', ''],
    ['csv', 'title,class,Business,Sci/Tech,Sports,World\n'],
  ])('ends when stdin is at its end at once (%s)', async (format, wanted) => {
    const { status, stdout, stderr } = await predictHere(['--format', format]);
    expect({ status, stdout, stderr: afterBackend(stderr) }).toEqual({ status: 0, stdout: wanted, stderr: '' });
  });

  it('ends when nothing stands behind stdin (</dev/null)', async () => {
    const { status, stdout, stderr } = await predict([]);
    expect({ status, stdout, stderr: afterBackend(stderr) }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('leaves out a line that is too long or not UTF-8, tells it, answers the others, and ends with 1', async () => {
    const input = Buffer.concat([
      Buffer.from('good\n'),
      Buffer.from([0x62, 0xff, 0x0a]),
      Buffer.from(`${'long '.repeat(250_000)}\nmore\n`),
    ]);
    const { status, stdout, stderr } = await predict(['--format', 'jsonl'], input);
    expect(status).toBe(1);
    expect(parse(stdout).map(({ title }) => title)).toEqual(['good', 'more']);
    expect(afterBackend(stderr)).toMatch(
      /^left out stdin:2: encoding: expected UTF-8, [^\n]+\nleft out stdin:3: oversize: expected at most 1048576 bytes, [^\n]+\nheadwater: Lines of stdin that were skipped: 2\. [^\n]+ \[HW_REJECTIONS\]\n$/,
    );
  });

  it('tells ten such lines one by one and then counts', async () => {
    const { stderr } = await predictHere(
      [],
      Buffer.from([0xff, 0x0a].concat(...Array.from({ length: 29 }, () => [0xff, 0x0a]))),
    );
    expect(stderr.match(/^left out /gm)).toHaveLength(10);
    expect(stderr).toContain('that were skipped: 30.');
  });

  it('ends quietly when its reader has gone', async () => {
    const { child, ended } = start(['predict', '--model', 'model'], { cwd });
    child.stdin.write('one goal\n');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    // Stdin stays open, as that of `tail -f` does: the write that fails is what ends it.
    child.stdin.write('two goals\n');
    const { status, stderr } = await ended;
    expect({ status, stderr: afterBackend(stderr) }).toEqual({ status: 0, stderr: '' });
  });
});
