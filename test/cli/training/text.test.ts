import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, of } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadArtifacts } from '../../../src/models/artifacts/loadArtifacts.js';
import { restoreClassifier } from '../../../src/models/artifacts/restoreClassifier.js';
import { classifyLive } from '../../../src/operators/live/classifyLive.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { headline } from '../../operators/live/headline.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const data = join(cwd, 'tiny.csv');
const words = join(cwd, 'words.txt');
const TITLE = 'The Final of the league: it does not start — 東京 🏆';

beforeAll(() => {
  writeFileSync(data, TINY_CSV);
  writeFileSync(words, 'the\nleague of\n');
});

const combinations = [
  ['--text', 'lesson'],
  ['--text', 'lesson', '--char-level'],
  ...[[], ['--stop-words', 'english'], ['--stop-words', words]].flatMap((stop) =>
    [[], ['--keep-case']].flatMap((fold) =>
      [[], ['--char-level'], ['--max-length', '4']].map((rest) => [...stop, ...fold, ...rest]),
    ),
  ),
];

describe('how texts are read', () => {
  it.each(
    combinations.map((options) => [options.map((option) => option.replace(cwd, '')).join(' '), options] as const),
  )('is the same at every entry point: train %s', async (_, options) => {
    registerBackend();
    const out = join(cwd, 'model');
    const trained = await inProcess(['train', '--data', data, '--out', out, ...TINY, ...options]);
    expect(trained.status, trained.stderr).toBe(0);

    const loaded = await loadArtifacts(out)();
    if (loaded._tag === 'Left') throw loaded.left;
    const { text, tokenizer, labelEncoder } = loaded.right;
    const model = restoreClassifier(loaded.right);
    const [here] = [
      await lastValueFrom(
        of([headline({ title: TITLE })]).pipe(classifyLive({ model, text, tokenizer, labelEncoder })),
      ),
    ];
    model.dispose();
    const distribution = here.distribution.map(({ category, probability }) => [category, probability]);

    const predicted = await inProcess(['predict', '--model', out, '--format', 'jsonl', TITLE]);
    const line = JSON.parse(predicted.stdout) as { probabilities: object; known: number };
    expect(Object.entries(line.probabilities)).toEqual(distribution);
    expect(line.known).toBe(here.known);

    const watched = await inProcess(['watch', '--model', out, '--once', '--json', '-'], `${TITLE}\n`);
    const event = watched.stdout
      .split('\n')
      .filter((written) => written !== '')
      .map((written) => JSON.parse(written) as { type: string; distribution: { probability: number }[] })
      .find(({ type }) => type === 'live-prediction');
    expect(event?.distribution).toEqual(here.distribution);

    const evaluated = await inProcess(['evaluate', '--model', out, '--data', data, '--json']);
    expect(evaluated.status, evaluated.stderr).toBe(0);
    const saved = JSON.parse(readFileSync(join(out, 'text.json'), 'utf8')) as { preprocessor: string };
    expect(saved.preprocessor).toBe(options.includes('lesson') ? 'lesson' : 'unicode');
  });

  it('says so where nothing of a text was read', async () => {
    const out = join(cwd, 'model');
    await inProcess(['train', '--data', data, '--out', out, ...TINY]);
    const { stdout } = await inProcess(['predict', '--model', out, '🦖']);
    expect(stdout).toContain('nothing read');
  });
});
