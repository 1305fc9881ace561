import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Performance } from '../../src/contracts/training/Evaluation.js';
import type { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { Artifacts } from '../../src/models/artifacts/Artifacts.js';
import { ARTIFACT_FILES } from '../../src/models/artifacts/Artifacts.js';
import { classifier } from '../../src/models/classifier.js';
import type { ClassifierConfig } from '../../src/models/ClassifierConfig.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { encodeArtifacts } from '../../src/models/artifacts/encodeArtifacts.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';
import { loadArtifacts } from '../../src/models/artifacts/loadArtifacts.js';
import { restoreClassifier } from '../../src/models/artifacts/restoreClassifier.js';
import { encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import { decodeArtifacts } from '../../src/models/artifacts/decodeArtifacts.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { hashOfText, SeenTexts } from '../../src/text/SeenTexts.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';

const tokenizer = await lastValueFrom(
  from(['39 rivers rise', 'a late goal __proto__', 'goal goal rivers']).pipe(Tokenizer.fit()),
);
const labelEncoder = LabelEncoder.of(['World', '2', 'Sports', '10']);
const config = classifierConfig({
  cell: 'lstm',
  vocabularySize: tokenizer.size,
  classes: 4,
  embeddingDim: 5,
  hiddenDim: 4,
  fcDim: 6,
  dropout: 0.25,
  overPadding: true,
});
const scores = { precision: 0.5, recall: 1 / 3, f1: 0.4, num_samples: 3 };
const performance: Performance = {
  overall: scores,
  class: { World: scores, '2': scores, Sports: scores, '10': { ...scores, f1: 0 } },
};
const artifacts: Artifacts = { config, weights: initialWeights(config, 1), tokenizer, labelEncoder, performance };

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headwater-artifacts-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const save = async (files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  // Loose files, without the manifest that would tell of each edit.
  for (const [name, bytes] of files) if (name !== 'manifest.json') await writeFile(join(directory, name), bytes);
};

const load = async (from = directory): Promise<Artifacts> => {
  const loaded = await loadArtifacts(from)();
  if (loaded._tag === 'Left') throw loaded.left;
  return loaded.right;
};

const refusal = async (from = directory): Promise<HeadwaterError> => {
  const loaded = await loadArtifacts(from)();
  if (loaded._tag === 'Right') throw new Error('it was read');
  return loaded.left;
};

describe('encodeArtifacts', () => {
  it('keeps the texts that the training has seen, where they are known', async () => {
    const seen = SeenTexts.fromHashes(Uint32Array.from(['a late goal', 'rivers rise'], hashOfText));
    await save(encodeArtifacts({ ...artifacts, seen }));
    const read = (await load()).seen;
    expect(read?.hashes).toEqual(seen.hashes);
    expect([read?.has('A late goal'), read?.has('rivers')]).toEqual([true, false]);
    expect(encodeArtifacts(artifacts).has('seen.bin')).toBe(false);
  });

  it.each([
    ['another format', Uint8Array.from([72, 87, 83, 69, 69, 78, 48, 50]), 'it does not begin with HWSEEN01'],
    ['no bytes', new Uint8Array(), 'it does not begin with HWSEEN01'],
    [
      'half a hash',
      Uint8Array.from([72, 87, 83, 69, 69, 78, 48, 49, 1, 2]),
      'its 10 bytes do not end with a whole hash',
    ],
    [
      'a hash twice',
      Uint8Array.from([72, 87, 83, 69, 69, 78, 48, 49, 1, 0, 0, 0, 1, 0, 0, 0]),
      'its hashes are not in ascending order',
    ],
  ])('refuses a file of seen texts with %s', async (_, bytes, why) => {
    await save(encodeArtifacts(artifacts));
    await writeFile(join(directory, 'seen.bin'), bytes);
    const { code, message } = await refusal();
    expect(code).toBe('HW_ARTIFACT');
    expect(message).toContain(`seen.bin is no file of seen texts: ${why}.`);
  });

  it('keeps how it was trained, beside them, where that is known', async () => {
    const training = {
      epochs: [
        {
          epoch: 1,
          trainLoss: 1.25,
          validationLoss: null,
          validationAccuracy: 0.5,
          validationMacroF1: null,
          learningRate: 1e-3,
          improved: true,
        },
      ],
      confusion: Array.from({ length: 16 }, (_, cell) => cell),
      accuracy: 0.5,
      loss: 1.125,
    };
    const files = encodeArtifacts({ ...artifacts, training });
    expect([...files.keys()].slice(-3)).toEqual(['training.json', 'model.safetensors', 'manifest.json']);
    await save(files);
    expect((await load()).training).toEqual(training);
    expect(() => encodeArtifacts({ ...artifacts, training: { ...training, confusion: [1] } })).toThrow(
      expect.objectContaining({ code: 'HW_ARTIFACT' }),
    );
    await writeFile(join(directory, 'training.json'), '{"epochs":[{"epoch":0}],"confusion":[],"accuracy":1,"loss":1}');
    expect(await refusal()).toMatchObject({ code: 'HW_ARTIFACT', where: join(directory, 'training.json') });
  });

  it('names five files and their manifest, which comes last', () => {
    expect([...encodeArtifacts(artifacts).keys()]).toEqual([
      'tokenizer.json',
      'label_encoder.json',
      'config.json',
      'performance.json',
      'model.safetensors',
      'manifest.json',
    ]);
    expect([...encodeArtifacts({ ...artifacts, performance: undefined }).keys()]).not.toContain('performance.json');
  });

  it('keeps the scores of a class named __proto__', () => {
    const odd = ['Sports', '__proto__', 'constructor', 'World'];
    const files = encodeArtifacts({
      ...artifacts,
      labelEncoder: LabelEncoder.of(odd),
      performance: {
        overall: scores,
        class: Object.fromEntries(odd.map((name, i) => [name, { ...scores, f1: i / 4 }])),
      },
    });
    const read = decodeArtifacts(files);
    if (read._tag === 'Left') throw read.left;
    const of = read.right.performance?.class ?? {};
    expect(Object.keys(of).toSorted()).toEqual(odd.toSorted());
    expect(Object.getOwnPropertyDescriptor(of, '__proto__')?.value).toEqual({ ...scores, f1: 1 / 4 });
  });

  it('keeps the order of tokens and classes, numbers among them', () => {
    const files = encodeArtifacts(artifacts);
    expect(text(files.get('tokenizer.json'))).toMatch(
      /"<UNK>": 1,\s+"goal": 2,\s+"rivers": 3,\s+"39": 4,.*"__proto__": 8/s,
    );
    expect(text(files.get('label_encoder.json'))).toMatch(/"10": 0,\s+"2": 1,\s+"Sports": 2,\s+"World": 3/);
    const written = text(files.get('performance.json'));
    expect(JSON.parse(written)).toEqual(performance);
    expect(['10', '2', 'Sports', 'World'].map((name) => written.indexOf(`"${name}": {`))).toEqual(
      [...['10', '2', 'Sports', 'World'].map((name) => written.indexOf(`"${name}": {`))].sort((a, b) => a - b),
    );
    expect(written.split('\n').slice(0, 4)).toEqual([
      '{',
      '  "overall": {',
      '    "precision": 0.5,',
      '    "recall": 0.3333333333333333,',
    ]);
  });

  it('refuses artifacts that do not belong together', () => {
    expect(() => encodeArtifacts({ ...artifacts, labelEncoder: LabelEncoder.of(['a', 'b', 'c']) })).toThrow(
      expect.objectContaining({ code: 'HW_ARTIFACT' }),
    );
    expect(() => encodeArtifacts({ ...artifacts, weights: initialWeights({ ...config, cell: 'gru' }, 1) })).toThrow(
      expect.objectContaining({ code: 'HW_ARTIFACT' }),
    );
  });
});

describe('loadArtifacts', () => {
  it('reads again what was saved, and saving that gives the same bytes', async () => {
    const files = encodeArtifacts(artifacts);
    await save(files);
    const loaded = await load();
    expect(loaded.config).toEqual(config);
    expect(loaded.performance).toEqual(performance);
    expect(loaded.tokenizer.tokens).toEqual(tokenizer.tokens);
    expect(loaded.labelEncoder.classes).toEqual(labelEncoder.classes);
    expect(loaded.weights).toEqual(artifacts.weights);
    expect(loaded.modelId).toMatch(/^[0-9a-f]{16}$/);
    expect(encodeArtifacts(loaded)).toEqual(files);
  });

  it.each(['rnn', 'gru', 'lstm'] as const)('gives a %s that predicts the same to the bit', async (cell) => {
    const trained = classifier({ ...config, cell, overPadding: false }, { seed: 3 });
    const batch: PaddedBatch = {
      size: 3,
      time: 4,
      tokens: Int32Array.of(2, 3, 4, 5, 6, 7, 0, 0, 8, 0, 0, 0),
      lengths: Int32Array.of(4, 2, 1),
      ids: Int32Array.of(0, 1, 2),
    };
    trained.trainBatch({ ...batch, labels: Int32Array.of(0, 1, 3) }, { epoch: 1, step: 0, learningRate: 0.01 });
    const predicted = trained.predictBatch(batch);
    await save(encodeArtifacts({ ...artifacts, config: trained.config, weights: trained.stateDict() }));
    trained.dispose();
    const restored = restoreClassifier(await load(), { name: 'restored' });
    expect(restored.name).toBe('restored');
    expect(restored.predictBatch(batch)).toEqual(predicted);
    restored.dispose();
  });

  it('does without config.json and performance.json', async () => {
    await save(encodeArtifacts(artifacts));
    await unlink(join(directory, 'config.json'));
    await unlink(join(directory, 'performance.json'));
    const { config: inferred, performance: measured } = await load();
    expect(inferred).toEqual({ ...config, dropout: 0.1, overPadding: false });
    expect(measured).toBeUndefined();
  });

  it('reads nothing before it is called', async () => {
    const task = loadArtifacts(directory);
    await save(encodeArtifacts(artifacts));
    expect((await task())._tag).toBe('Right');
  });

  it('refuses a path that is missing, or a file', async () => {
    const missing = await refusal(join(directory, 'nowhere'));
    expect(missing).toMatchObject({ code: 'HW_PATH', where: join(directory, 'nowhere') });
    expect(missing.message).toMatch(/^No such directory: /);
    const file = join(directory, 'model.safetensors');
    await writeFile(file, 'x');
    expect(await refusal(file)).toMatchObject({
      code: 'HW_PATH',
      message: expect.stringMatching(/is a file\. Give the directory/) as string,
    });
  });

  it('refuses a directory where a file was meant', async () => {
    await save(encodeArtifacts(artifacts));
    await unlink(join(directory, 'tokenizer.json'));
    await mkdir(join(directory, 'tokenizer.json'));
    expect(await refusal()).toMatchObject({ code: 'HW_PATH', where: join(directory, 'tokenizer.json') });
  });

  it.each(['model.safetensors', 'tokenizer.json', 'label_encoder.json'])(
    'refuses a directory without %s',
    async (name) => {
      await save(encodeArtifacts(artifacts));
      await unlink(join(directory, name));
      expect(await refusal()).toMatchObject({
        code: 'HW_ARTIFACT',
        where: join(directory, name),
        message: expect.stringMatching(/^There is no /) as string,
      });
    },
  );

  const written = encodeArtifacts(artifacts);
  const json = (file: keyof typeof ARTIFACT_FILES): Record<string, unknown> =>
    JSON.parse(text(written.get(ARTIFACT_FILES[file]))) as Record<string, unknown>;
  const otherWeights = (change: Partial<ClassifierConfig>): Uint8Array =>
    encodeSafetensors(initialWeights({ ...config, ...change }, 1));

  it.each<[string, keyof typeof ARTIFACT_FILES, string | Uint8Array, RegExp]>([
    ['weights cut short', 'weights', written.get('model.safetensors')!.slice(0, -1), /ends at byte/],
    ['weights that are empty', 'weights', '', /has 0 bytes/],
    [
      'weights of another dtype',
      'weights',
      Buffer.from(
        Buffer.from(encodeSafetensors(artifacts.weights)).toString('latin1').replace('"F32"', '"C32"'),
        'latin1',
      ),
      /dtype "C32"/,
    ],
    [
      'weights of another cell',
      'weights',
      otherWeights({ cell: 'gru' }),
      /rnn\.weight_ih_l0 should be of shape \[16, 5\], but is \[12, 5\]/,
    ],
    ['weights of one direction', 'weights', otherWeights({ bidirectional: false }), /_reverse.* are missing/],
    ['weights of another vocabulary', 'weights', otherWeights({ vocabularySize: 8 }), /embeddings\.weight/],
    ['a tokenizer that is no JSON', 'tokenizer', '{"char_level": fal', /not JSON/],
    ['a tokenizer that is no UTF-8', 'tokenizer', Uint8Array.of(0x22, 0xff, 0x22), /not UTF-8/],
    ['a tokenizer without its tokens', 'tokenizer', '{"char_level": false, "oov_token": "<UNK>"}', /token_to_index/],
    [
      'a tokenizer with a gap',
      'tokenizer',
      JSON.stringify({ char_level: false, oov_token: 'b', token_to_index: { a: 0, b: 2 } }),
      /token/,
    ],
    [
      'a tokenizer of another size',
      'tokenizer',
      JSON.stringify({ char_level: false, oov_token: 'b', token_to_index: { a: 0, b: 1 } }),
      /has 2 tokens, but the model 9 embeddings/,
    ],
    ['a label encoder that is an array', 'labelEncoder', '["a"]', /should be/],
    [
      'a label encoder of another size',
      'labelEncoder',
      JSON.stringify({ class_to_index: { a: 0, b: 1, c: 2 } }),
      /has 3 classes, but the model 4 outputs/,
    ],
    ['a configuration that is no JSON', 'config', 'cell: lstm', /not JSON/],
    [
      'a configuration without a version',
      'config',
      '{"cell": "lstm"}',
      /formatVersion should be number, but is missing/,
    ],
    [
      'a configuration with an unknown cell',
      'config',
      JSON.stringify({ ...json('config'), cell: 'cnn' }),
      /cell should be "rnn", "gru" or "lstm", but is "cnn"/,
    ],
    [
      'a configuration of another size',
      'config',
      JSON.stringify({ ...json('config'), hiddenDim: 3 }),
      /should be of shape/,
    ],
    [
      'a configuration with another padding token',
      'config',
      JSON.stringify({ ...json('config'), padIndex: 2 }),
      /padding token is 0, but the model's 2/,
    ],
    [
      'a configuration with a padding token beyond the vocabulary',
      'config',
      JSON.stringify({ ...json('config'), padIndex: 9 }),
      /padIndex should be a whole number below vocabularySize, but is 9/,
    ],
    ['a performance without its classes', 'performance', JSON.stringify({ overall: scores }), /class should be/],
    [
      'a performance with a score that is a text',
      'performance',
      JSON.stringify({ overall: { ...scores, f1: '0.4' }, class: {} }),
      /overall\.f1 should be number, but is "0\.4"/,
    ],
  ])('refuses %s', async (_, file, content, message) => {
    await save(written);
    await writeFile(join(directory, ARTIFACT_FILES[file]), content);
    const error = await refusal();
    expect(error.code).toBe('HW_ARTIFACT');
    expect(error.message).toMatch(message);
    expect(error.where).toMatch(directory);
  });

  it('tells another version of the format from damage, even where the rest is unknown', async () => {
    await save(written);
    await writeFile(join(directory, 'config.json'), JSON.stringify({ formatVersion: 3, attention: true }));
    await writeFile(join(directory, 'model.safetensors'), 'of another format');
    const error = await refusal();
    expect(error).toMatchObject({ code: 'HW_ARTIFACT_VERSION', where: join(directory, 'config.json') });
    expect(error.message).toMatch(/version 3, but versions 1 to 2/);
  });
});
