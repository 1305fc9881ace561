import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV, TINY_SIZES } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV));

const HEADLINES = [
  'The final tennis tournament starts next week.',
  'Shares fall as the bank reports a loss for the quarter',
  'Researchers release software that maps the surface of a distant moon',
];

describe('headwater demo', () => {
  it('without options trains on the generated sample over loopback HTTP, and ends with three headlines, the first of them Sports', async () => {
    const { status, stdout, stderr } = await headwater(['demo'], { cwd });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^data: a generated sample, served at http:\/\/127\.0\.0\.1:\d+\/sample\.csv\nbackend: /);
    expect(stderr).toContain('reading: 6,000 rows');
    expect(stderr).toContain('at most 4 epochs');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-4)).toBe('artifacts: artifacts');
    const number = '[01]\\.\\d{3}';
    HEADLINES.forEach((headline, i) =>
      expect(lines.at(i - 3)).toMatch(
        new RegExp(`^${headline.replaceAll('.', '\\.')} → [\\w/]+ \\(([\\w/]+ ${number}, ){3}[\\w/]+ ${number}\\)$`),
      ),
    );
    expect(lines.at(-3)).toContain('→ Sports (Sports ');
    expect(Number(/│ weighted .+│ (\d\.\d{3}) │ +\d+ │/.exec(stdout)?.[1])).toBeGreaterThan(0.85);
    const kept = readdirSync(join(cwd, 'artifacts'));
    expect(kept).toEqual(
      expect.arrayContaining([
        ...['config.json', 'label_encoder.json', 'model.safetensors', 'performance.json'],
        ...['text.json', 'tokenizer.json', 'training.json', 'manifest.json', 'current', 'generations'],
      ]),
    );
    // What is beside them is of the architecture that was kept: its features, say. Nothing is left of the training.
    expect(kept.filter((name) => name === 'checkpoints' || name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes data of its own, for more epochs where there are few rows', async () => {
    const { status, stdout, stderr } = await inProcess([
      'demo',
      '--data',
      join(cwd, 'tiny.csv'),
      '--out',
      join(cwd, 'own'),
      ...TINY_SIZES,
    ]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^backend: /);
    expect(stderr).toContain('at most 30 epochs');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .slice(-3)
        .map((line) => line.split(' → ')[0]),
    ).toEqual(HEADLINES);
  });

  it('writes nothing but JSON lines with --json, and takes --epochs at its word', async () => {
    const { status, stdout } = await inProcess([
      'demo',
      '--data',
      join(cwd, 'tiny.csv'),
      '--out',
      join(cwd, 'json'),
      ...TINY,
      '--json',
    ]);
    expect(status).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type?: string; readonly title?: string });
    expect(lines.filter(({ type }) => type === 'epoch')).toHaveLength(1);
    expect(lines.slice(-3).map(({ title }) => title)).toEqual(HEADLINES);
  });

  it('is what npm start runs, with its exit status', async () => {
    const start = (...args: readonly string[]): Promise<{ readonly status: number | null; readonly stderr: string }> =>
      new Promise((done) => {
        const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../../scripts/start.mjs'), ...args], {
          cwd,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let stderr = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.once('close', (status) => done({ status, stderr }));
      });
    const { status, stderr } = await start('--data', 'missing.csv');
    expect(status).toBe(2);
    expect(stderr).toMatch(/headwater: No such file: missing\.csv\. .+\n$/);
  });
});
