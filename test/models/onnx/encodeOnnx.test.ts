import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { classifier } from '../../../src/models/classifier.js';
import { classifierConfig, type ClassifierOptions } from '../../../src/models/ClassifierConfig.js';
import { linearClassifier } from '../../../src/models/linear/linearClassifier.js';
import { linearConfig, type LinearOptions } from '../../../src/models/linear/LinearConfig.js';
import { encodeOnnx } from '../../../src/models/onnx/encodeOnnx.js';
import { sumClassifier } from '../../../src/models/sum/sumClassifier.js';
import { wideGru } from '../../../src/models/wide/wideGru.js';
import { wideGruConfig, type WideGruOptions } from '../../../src/models/wide/WideGruConfig.js';
import { padRows } from '../../../src/operators/batches/padRows.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../../src/text/features/wideFeatures.js';
import { rowEncoder } from '../../../src/text/rowEncoder.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { expectClose } from '../../expectClose.js';
import { askPython, python, pythonHas } from '../../pythonPeer.js';

interface Answer {
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly metadata: Readonly<Record<string, string>>;
}

const hasRuntime = pythonHas('onnxruntime', 'numpy');

const tokenizer = await lastValueFrom(of('rain in april and may', 'a late goal of three').pipe(Tokenizer.fit()));
const labelEncoder = LabelEncoder.of(['Sports', 'World', 'Business']);

/** Rows of 6, 2, 1, 4 and 3 tokens. */
const batch: PaddedBatch = {
  size: 5,
  time: 6,
  tokens: Int32Array.of(3, 8, 8, 1, 4, 5, 7, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 1, 1, 8, 6, 0, 0, 6, 7, 3, 0, 0, 0),
  lengths: Int32Array.of(6, 2, 1, 4, 3),
  ids: Int32Array.of(0, 1, 2, 3, 4),
};

const made = (options: Partial<ClassifierOptions>, seed: number) => {
  const sizes = { vocabularySize: tokenizer.size, classes: 3, embeddingDim: 7, hiddenDim: 5, fcDim: 6 };
  const model = classifier(classifierConfig({ ...sizes, ...options }), { seed });
  const artifacts = { config: model.config, weights: model.stateDict(), tokenizer, labelEncoder };
  const expected = { probabilities: model.predictBatch(batch), logits: model.logits(batch) };
  model.dispose();
  return { artifacts, expected };
};

const texts = ['rain in april and may', 'a late goal', 'three', 'a shuttlecock in may', 'late late rain'];
const frequencies = await lastValueFrom(of(...texts).pipe(DocumentFrequencies.fit({ bits: 8 })));
const features = wideFeatures(frequencies, { wordWeight: 0.5 });
const vectors = await lastValueFrom(
  of(
    { word: 'rain', values: Float32Array.of(0.5, -1, 0.25) },
    { word: 'shuttlecock', values: Float32Array.of(-0.5, 0.75, 1) },
  ).pipe(collectVectors()),
);

/** What a model is made of: a recurrent one, a linear one, or both. */
interface WideCase {
  readonly network?: Partial<WideGruOptions>;
  readonly linear?: Partial<LinearOptions>;
}
const wideCases: readonly (readonly [string, WideCase])[] = [
  ['linear', { linear: { temperature: 1.5 } }],
  ['a network', { network: { temperature: 0.8 } }],
  ['features', { network: { columns: 256 } }],
  ['vectors', { network: { vectors: true, embeddingDim: 3 } }],
  ['all, several', { network: { vectors: true, embeddingDim: 3, columns: 256, members: 2, temperature: 2 } }],
  ['attention', { network: { pooling: 'attention' } }],
  ['attention, several', { network: { pooling: 'attention', vectors: true, embeddingDim: 3, members: 2 }, linear: {} }],
  ['a sum', { network: { vectors: true, embeddingDim: 3, columns: 256 }, linear: {} }],
  ['a sum without vectors', { network: { members: 2 }, linear: { optimizer: 'adagrad' } }],
];

/** A model that has learnt a little, and what it and a graph are given of the texts. */
const madeWide = ({ network, linear }: WideCase, seed: number) => {
  const hasVectors = network?.vectors === true;
  const encoder = rowEncoder({ tokenizer, features, vectors: hasVectors ? vectors : undefined });
  const rows = texts.map((text, id) => ({ id, label: id % 3, ...encoder.encodeText(text) }));
  const read = padRows(rows, tokenizer.padIndex);
  const sizes = { vocabularySize: tokenizer.size, classes: 3, embeddingDim: 7, hiddenDim: 5 };
  const parts = {
    network: network && wideGru(wideGruConfig({ ...sizes, ...network }), { seed, vectors }),
    linear: linear && linearClassifier(linearConfig({ columns: 256, classes: 3, ...linear }), { seed, trainRows: 5 }),
  };
  for (let step = 0; step < 3; step++)
    for (const part of [parts.network, parts.linear]) part?.trainBatch(read, { epoch: 1, step, learningRate: 0.1 });
  const model =
    parts.network !== undefined && parts.linear !== undefined
      ? sumClassifier({ network: parts.network, linear: parts.linear, networkWeight: 0.75, linearWeight: 0.5 })
      : (parts.network ?? parts.linear)!; // each case has one of them
  const config = model.config;
  const expected = { probabilities: model.predictBatch(read), logits: model.logits(read) };
  const { offsets, ids, values } = read.features!; // the encoder has features
  const readsFeatures = linear !== undefined || (network?.columns ?? 0) > 0;
  const inputs: Readonly<Record<string, Input>> = {
    ...(network === undefined
      ? { rows: whole([1], [read.size]) }
      : { tokens: whole([read.size, read.time], read.tokens), lengths: whole([read.size], read.lengths) }),
    ...(hasVectors ? { vector_ids: whole([read.size, read.time], read.vectorIds!) } : {}), // nor without vectors
    ...(readsFeatures
      ? {
          feature_rows: whole(
            [ids.length],
            Array.from({ length: read.size }, (_, row) =>
              Array.from({ length: offsets[row + 1]! - offsets[row]! }, () => row),
            ).flat(),
          ),
          feature_ids: whole([ids.length], ids),
          feature_values: { type: 'float32', shape: [values.length], data: [...values] },
        }
      : {}),
  };
  const artifacts = {
    config,
    weights: model.stateDict(),
    tokenizer,
    labelEncoder,
    features: readsFeatures ? features : undefined,
    vectors: hasVectors ? vectors : undefined,
  };
  model.dispose();
  return { artifacts, expected, inputs };
};

const cases = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  [true, false].flatMap((bidirectional) => [true, false].map((overPadding) => ({ cell, bidirectional, overPadding }))),
);

/** An input of a graph, as numpy makes it. */
interface Input {
  readonly type: 'int64' | 'float32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
const whole = (shape: readonly number[], data: Iterable<number>): Input => ({ type: 'int64', shape, data: [...data] });

const { size, time } = batch;
const TOKENS: Readonly<Record<string, Input>> = {
  tokens: whole([size, time], batch.tokens),
  lengths: whole([size], batch.lengths),
};

/** What onnxruntime makes of each file. */
const ask = (
  files: readonly Uint8Array[],
  inputsOf: (file: number) => Readonly<Record<string, Input>>,
): readonly Answer[] => {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-onnx-'));
  try {
    const questions = files.map((bytes, i) => {
      const path = join(directory, `${i}.onnx`);
      writeFileSync(path, bytes);
      return { path, inputs: inputsOf(i) };
    });
    return askPython(join(import.meta.dirname, 'onnxPeer.py'), questions) as readonly Answer[];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const run = hasRuntime ? describe : describe.skip;

run(
  'an ONNX file gives our ' +
    `answers${hasRuntime ? '' : ` [skipped: ${python} has no onnxruntime and numpy; name one that has in HEADWATER_PYTHON]`}`,
  () => {
    it('for each cell, in one direction and two, over the padding and not', { timeout: 150_000 }, () => {
      const models = cases.map(made);
      const answers = ask(
        models.map(({ artifacts }) => encodeOnnx(artifacts)),
        () => TOKENS,
      );
      expect(answers).toHaveLength(cases.length);
      answers.forEach(({ probabilities, logits, metadata }, i) => {
        const { expected } = models[i]!;
        expectClose(probabilities, expected.probabilities, 1e-5);
        expectClose(logits, expected.logits, 1e-5);
        expect(metadata).toEqual({ classes: JSON.stringify(labelEncoder.classes), padIndex: '0' });
      });
    });

    it('for hashed features, word vectors, several networks and a sum', { timeout: 150_000 }, () => {
      const models = wideCases.map(([, options], seed) => madeWide(options, seed));
      const answers = ask(
        models.map(({ artifacts }) => encodeOnnx(artifacts)),
        (file) => models[file]!.inputs,
      );
      answers.forEach(({ probabilities, logits, metadata }, i) => {
        const { expected, artifacts } = models[i]!;
        expectClose(probabilities, expected.probabilities, 1e-5);
        expectClose(logits, expected.logits, 1e-5);
        expect(metadata).toEqual({
          classes: JSON.stringify(labelEncoder.classes),
          ...(artifacts.config.architecture === 'linear' ? {} : { padIndex: '0' }),
        });
      });
    });
  },
);

describe('encodeOnnx', () => {
  it('gives equal bytes for equal artifacts', () => {
    const { artifacts } = made({ cell: 'gru' }, 1);
    expect(encodeOnnx(artifacts)).toEqual(encodeOnnx(artifacts));
  });

  it('refuses artifacts that do not belong together', () => {
    const { artifacts } = made({}, 1);
    const config = linearConfig({ columns: 16, classes: 3 });
    expect(() => encodeOnnx({ ...artifacts, config })).toThrow(
      expect.objectContaining({ code: 'HW_ARTIFACT' }) as HeadwaterError,
    );
  });
});
