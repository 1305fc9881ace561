import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { isRight } from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadArtifacts } from '../../../src/models/artifacts/loadArtifacts.js';
import { serve } from '../../streams/servers.js';
import { afterBackend, type Ended, headwater, start, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, TINY, TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const weightsOf = (folder: string): Buffer => readFileSync(join(cwd, folder, 'model.safetensors'));
const train = (data: string, out: string, ...more: readonly string[]): Promise<Ended> =>
  headwater(['train', '--data', data, '--out', out, ...TINY, ...more], { cwd });

let first: Ended;

beforeAll(async () => {
  writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV);
  first = await train('tiny.csv', 'models/first');
});

describe('headwater train', () => {
  it('tells the backend, the reading and each epoch on stderr, in plain lines', () => {
    expect(first.status).toBe(0);
    expect(first.stderr).toMatch(
      /^backend: .+ \(.+\)\nreading: 400 rows in .+\ntraining gru: 281 rows, 60 rows to validate on, at most 1 epochs\nepoch 1\/1 {2}train \d\.\d{3} {2}validation \d\.\d{3} {2}lr 1\.0e-2 {2}best\ngru ended after epoch 1: .+\n$/,
    );
  });

  it('prints the table of the test rows, and where the artifacts are, on stdout', () => {
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines[1]).toMatch(/class +│ precision │ recall │ +F1 │ support/);
    for (const name of [...CLASSES, 'weighted'])
      expect(first.stdout).toMatch(new RegExp(`│ ${name} +│ +\\d\\.\\d{3} │ +\\d\\.\\d{3} │ \\d\\.\\d{3} │`));
    expect(first.stdout).toMatch(/accuracy \d\.\d{3} {3}loss \d\.\d{3} {3}59 rows/);
    expect(lines.at(-1)).toBe('artifacts: models/first');
  });

  it('writes no escapes to pipes', () => {
    expect(first.stdout + first.stderr).not.toContain('\u001b');
  });

  it('leaves the artifacts, decodable, and nothing else', async () => {
    expect(readdirSync(join(cwd, 'models/first')).sort()).toEqual([
      'config.json',
      'current',
      'generations',
      'label_encoder.json',
      'manifest.json',
      'model.safetensors',
      'performance.json',
      'seen.bin',
      'text.json',
      'tokenizer.json',
      'training.json',
    ]);
    const loaded = await loadArtifacts(join(cwd, 'models/first'))();
    if (!isRight(loaded)) throw loaded.left;
    const { config, labelEncoder, performance, training } = loaded.right;
    expect(config).toMatchObject({
      cell: 'gru',
      bidirectional: true,
      hiddenDim: 16,
      embeddingDim: 8,
      fcDim: 8,
      dropout: 0.1,
    });
    expect(labelEncoder.classes).toEqual(CLASSES);
    expect(performance?.overall.num_samples).toBe(59);
    expect(training?.confusion.reduce((sum, count) => sum + count, 0)).toBe(59);
    expect(training?.epochs.map(({ epoch }) => epoch)).toEqual(training?.epochs.map((_, index) => index + 1));
    expect(training?.epochs.some(({ improved }) => improved)).toBe(true);
  });

  it('writes nothing beside them: no snapshot of a file that is on disk already', () => {
    expect(readdirSync(cwd).sort()).toEqual(['models', 'tiny.csv']);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    // The second one into a folder that has a model already.
    await train('tiny.csv', 'models/other', '--seed', '7');
    expect(weightsOf('models/other').equals(weightsOf('models/first'))).toBe(false);
    await train('tiny.csv', 'models/other');
    expect(weightsOf('models/other').equals(weightsOf('models/first'))).toBe(true);
    expect(readdirSync(join(cwd, 'models/other'))).toHaveLength(11);
  });

  it('writes nothing but JSON lines to stdout with --json, the performance last', async () => {
    const { status, stdout, stderr } = await train(pathToFileURL(join(cwd, 'tiny.csv')).href, 'models/json', '--json');
    expect(status).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string; readonly performance?: unknown });
    expect(events.map(({ type }) => type)).toEqual([
      'training-started',
      'epoch-started',
      'step',
      'step',
      'step',
      'step',
      'step',
      'validation-step',
      'epoch',
      'training-ended',
      'choice',
      'performance',
    ]);
    expect(events.at(-1)?.performance).toEqual(
      JSON.parse(readFileSync(join(cwd, 'models/json/performance.json'), 'utf8')),
    );
    expect(stderr).toContain('epoch 1/1');
    // A file: URL is the file.
    expect(weightsOf('models/json').equals(weightsOf('models/first'))).toBe(true);
  });

  it('trains the same model from a server that compresses, and asks it once for all epochs', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests += 1;
      response.writeHead(200, { 'content-type': 'text/csv', 'content-encoding': 'gzip' }).end(gzipSync(TINY_CSV));
    });
    const overHttp = await train(`${origin}/news.csv`, 'models/http', '--epochs', '3');
    expect(overHttp.status).toBe(0);
    expect(requests).toBe(1);
    const fromDisk = await train('tiny.csv', 'models/disk', '--epochs', '3');
    expect(fromDisk.stdout.replaceAll('models/disk', 'models/http')).toBe(overHttp.stdout);
    expect(weightsOf('models/http').equals(weightsOf('models/disk'))).toBe(true);
    // The table, and where it came from.
    const kept = readdirSync(join(cwd, '.cache/headwater'));
    expect(kept).toEqual([expect.stringMatching(/^[\da-f]{64}\.csv$/), 'sources']);
    expect(readFileSync(join(cwd, '.cache/headwater', kept[0] ?? ''), 'utf8')).toBe(TINY_CSV);
  });

  it('takes the cell, the direction (the last word counts) and the columns from its options', async () => {
    writeFileSync(join(cwd, 'named.csv'), TINY_CSV.replace('title,category', 'headline,topic'));
    const options = [
      '--cell',
      'lstm',
      '--bidirectional',
      '--no-bidirectional',
      '--title-column',
      'headline',
      '--label-column',
      'topic',
      '--char-level',
    ];
    const { status, stderr } = await train('named.csv', 'models/lstm', ...options);
    expect(stderr).toContain('training lstm');
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'models/lstm/config.json'), 'utf8'))).toMatchObject({
      cell: 'lstm',
      bidirectional: false,
    });
    expect(JSON.parse(readFileSync(join(cwd, 'models/lstm/tokenizer.json'), 'utf8'))).toMatchObject({
      char_level: true,
    });
  });

  it("trains on tfjs's own cpu backend when it is asked for", async () => {
    const { status, stderr } = await train('tiny.csv', 'models/cpu', '--backend', 'cpu', '--cell', 'rnn');
    expect(stderr).toMatch(/^backend: cpu \(asked for by name/);
    expect(status).toBe(0);
    expect(readdirSync(join(cwd, 'models/cpu'))).toHaveLength(11);
  });

  it('goes on to the artifacts when nobody reads its events any more', async () => {
    const { child, ended } = start(['train', '--data', 'tiny.csv', '--out', 'models/unread', ...TINY, '--json'], {
      cwd,
    });
    child.stdout.destroy();
    const { status, stderr } = await ended;
    expect(afterBackend(stderr)).toMatch(/^reading: .+\ntraining .+\nepoch .+\ngru ended .+\n$/);
    expect(status).toBe(0);
    expect(weightsOf('models/unread').equals(weightsOf('models/first'))).toBe(true);
  });
});

describe('rows that fail validation', () => {
  beforeAll(() =>
    writeFileSync(join(cwd, 'bad.csv'), `${TINY_CSV}one field alone\n,Sports\nthree fields,Sports,here\n`),
  );

  it('are counted on stderr, and written down where --rejections asks for it', async () => {
    writeFileSync(join(cwd, 'rejected.jsonl'), 'of an earlier run\n');
    const { status, stderr } = await train('bad.csv', 'models/bad', '--rejections', 'rejected.jsonl', '--epochs', '2');
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /\nrejected rows: 3 \(field 1, ragged 2; by class: Sports 1\), written to rejected\.jsonl\n$/,
    );
    const rejected = readFileSync(join(cwd, 'rejected.jsonl'), 'utf8').trimEnd().split('\n');
    expect(rejected.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'rejection', reason: 'ragged', source: 'bad.csv', line: TINY_CSV.split('\n').length },
      { type: 'rejection', reason: 'field', field: 'title' },
      { type: 'rejection', reason: 'ragged' },
    ]);
  });

  it.skipIf(!existsSync('/dev/full'))('are not said to be written where they could not be', async () => {
    const { status, stderr } = await inProcess([
      'train',
      '--data',
      join(cwd, 'bad.csv'),
      '--out',
      join(cwd, 'models/full'),
      '--rejections',
      '/dev/full',
      ...TINY,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\nheadwater: \/dev\/full could not be written: ENOSPC[^\n]+Choose another file for the rejections\. \[HW_WRITE\]\nrejected rows: \d \([^)]+\)\n$/,
    );
  });

  it('leave the file empty where there are none', async () => {
    writeFileSync(join(cwd, 'none.jsonl'), 'of an earlier run\n');
    const { status, stderr } = await inProcess([
      'train',
      '--data',
      join(cwd, 'tiny.csv'),
      '--out',
      join(cwd, 'models/none'),
      '--rejections',
      join(cwd, 'none.jsonl'),
      ...TINY,
    ]);
    expect(status).toBe(0);
    expect(stderr).not.toContain('rejected');
    expect(readFileSync(join(cwd, 'none.jsonl'), 'utf8')).toBe('');
  });

  it('end the training past --max-rejections, with nothing left behind', async () => {
    const { status, stdout, stderr } = await train('bad.csv', 'models/limit', '--max-rejections', '0');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /\nheadwater: 1 rows were rejected, more than the limit of 0\. The first: bad\.csv:\d+: ragged: .+ \[HW_REJECTIONS\]\nrejected rows: 1 \(ragged 1\); --rejections FILE writes each down\n$/,
    );
    expect(readdirSync(join(cwd, 'models'))).not.toContain('limit');
  });
});
