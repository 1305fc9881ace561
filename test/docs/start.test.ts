import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './fences.js';

/** The folder that a reader works in, in which the command is what was built here. */
const folder = mkdtempSync(join(tmpdir(), 'headwater-start-'));

beforeAll(() => {
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(root, 'dist/cli/main.js'), join(bin, 'headwater'));
  symlinkSync(root, join(folder, 'node_modules/headwater'), 'junction');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = readFileSync(join(root, 'docs/learn/start.md'), 'utf8');

const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}.*\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);

const run = (program: string): string => {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', program], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
  });
  expect(status, `${program}\n${stderr}`).toBe(0);
  return stdout;
};

/** A line whose figures may change with the version. */
const withoutFigures = (line: string): string => line.replaceAll(/\d+(?:\.\d+)?/g, '#').replaceAll(/ +/g, ' ');

test('each step of the start works as it stands there, and prints what the page shows', () => {
  const [program = ''] = blocks('ts');
  writeFileSync(join(folder, 'classify.mjs'), program);
  const steps = blocks('sh')
    // The installation and `doctor` have tests of their own.
    .filter((step) => !step.includes('npm install'))
    .map((step) => run(step.replaceAll('npx headwater', 'headwater')));
  expect(steps.length).toBeGreaterThan(5);
  const [, , , predicted = '', inspected = '', classified = ''] = steps;
  // A reader who follows the page gets the right answers.
  expect(predicted).toMatch(/→ good .*\n.*"class":"bad"/);
  expect(inspected).toContain('models/reviews');
  expect(classified).toMatch(/^good 0\.\d+/);
  const printed = steps.join('').split('\n').map(withoutFigures);
  const shown = blocks('text').flatMap((block) => block.trimEnd().split('\n'));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((line) => !printed.includes(withoutFigures(line)))).toEqual([]);
}, 120_000);
