import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const data = join(cwd, 'tiny.csv');
const TITLE = 'The final tennis tournament starts next week.';

/** Vectors of a few words, one of which no row of the table has. */
const VECTORS = ['tennis 1 0 0.5', 'tournament 0.9 0.1 0.4', 'shuttlecock 1 0 0.5', 'shares 0 1 0'].join('\n');

const ARCHITECTURES = {
  linear: ['--architecture', 'linear'],
  'wide-gru': ['--architecture', 'wide-gru', '--hidden-dim', '8', '--epochs', '1', '--vectors', join(cwd, 'words.txt')],
};

beforeAll(() => {
  writeFileSync(data, TINY_CSV);
  writeFileSync(join(cwd, 'words.txt'), VECTORS);
});

describe.each(Object.entries(ARCHITECTURES))('--architecture %s', (name, options) => {
  const model = join(cwd, name);

  beforeAll(async () => {
    const { status, stderr } = await inProcess(['train', '--data', data, '--out', model, ...options]);
    if (status !== 0) throw new Error(stderr);
  }, 60_000);

  it('is told in three lines, and kept with the choice', async () => {
    const training = JSON.parse(readFileSync(join(model, 'training.json'), 'utf8')) as {
      readonly choice: { readonly comparison: readonly { readonly model: string }[] };
    };
    const models = training.choice.comparison.map((compared) => compared.model);
    expect(models).toHaveLength(3);
    expect(models[0]).toMatch(/^always /);
    expect(models[1]).toMatch(/^linear/);
    expect(models[2]).toMatch(/^kept: /);
    const { stdout } = await inProcess(['inspect', model]);
    expect(stdout).toContain(name === 'linear' ? 'linear, trained by' : 'bidirectional GRU on word vectors');
  });

  it('classifies a text alike in predict, watch and serve, and is measured by evaluate', async () => {
    const predicted = await inProcess(['predict', '--model', model, '--format', 'jsonl', TITLE]);
    expect(predicted.status, predicted.stderr).toBe(0);
    const { class: category, probabilities } = JSON.parse(predicted.stdout) as {
      readonly class: string;
      readonly probabilities: Readonly<Record<string, number>>;
    };
    expect(CLASSES).toContain(category);

    const watched = await inProcess(['watch', '-', '--model', model, '--json'], `${TITLE}\n`);
    const seen = JSON.parse(watched.stdout.split('\n')[0] ?? '') as {
      readonly category: string;
      readonly distribution: readonly { readonly category: string; readonly probability: number }[];
    };
    expect(seen.category).toBe(category);
    expect(seen.distribution[0]?.probability).toBeCloseTo(probabilities[category] ?? NaN, 6);

    const evaluated = await inProcess(['evaluate', '--model', model, '--data', data, '--json']);
    expect(evaluated.status, evaluated.stderr).toBe(0);
    expect((JSON.parse(evaluated.stdout) as { overall: { f1: number } }).overall.f1).toBeGreaterThan(0.5);

    const running = start(['serve', '--model', model, '--port', '0'], { cwd });
    const url = (await running.until('stdout', /\n/)).trim();
    const answer = await fetch(new URL('/classify', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: TITLE }),
    });
    expect(await answer.json()).toMatchObject({ class: category });
    running.child.kill('SIGINT');
    await running.ended;
  });
});

describe('options of other architectures', () => {
  it.each([
    [['--architecture', 'linear', '--cell', 'rnn'], '--cell has no meaning with --architecture linear'],
    [['--architecture', 'linear', '--hidden-dim', '8', '--lr', '1'], '--hidden-dim, --lr have no meaning'],
    [['--architecture', 'linear', '--monitor', 'accuracy'], '--monitor has no meaning with --architecture linear'],
    [['--architecture', 'linear', '--seeds', '3'], 'Leave it out, or choose --architecture wide-gru.'],
    [['--cell', 'rnn', '--seeds', '3'], '--seeds has no meaning with --architecture lesson'],
    [['--text', 'lesson', '--vectors', 'words.txt'], '--vectors has no meaning with --architecture lesson'],
    [['--architecture', 'linear', '--vectors', 'words.txt'], 'or choose --architecture wide-gru.'],
    [['--architecture', 'auto', '--fc-dim', '3'], '--fc-dim has no meaning with --architecture auto'],
  ])('are refused by name: %j', async (options, message) => {
    const { status, stderr } = await inProcess(['train', '--data', data, '--out', join(cwd, 'none'), ...options]);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
