import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { classifier } from '../../../src/models/classifier.js';
import { classifierConfig, type ClassifierOptions } from '../../../src/models/ClassifierConfig.js';
import { linearConfig } from '../../../src/models/linear/LinearConfig.js';
import { encodeOnnx } from '../../../src/models/onnx/encodeOnnx.js';
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

const cases = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  [true, false].flatMap((bidirectional) => [true, false].map((overPadding) => ({ cell, bidirectional, overPadding }))),
);

/** What onnxruntime makes of each file. */
const ask = (files: readonly Uint8Array[]): readonly Answer[] => {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-onnx-'));
  try {
    const questions = files.map((bytes, i) => {
      const path = join(directory, `${i}.onnx`);
      writeFileSync(path, bytes);
      return { path, tokens: [...batch.tokens], lengths: [...batch.lengths] };
    });
    return askPython(join(import.meta.dirname, 'onnxPeer.py'), questions) as readonly Answer[];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const run = hasRuntime ? describe : describe.skip;

run(
  `an ONNX file gives our answers${hasRuntime ? '' : ` [skipped: ${python} has no onnxruntime and numpy; name one that has in HEADWATER_PYTHON]`}`,
  () => {
    it('for each cell, in one direction and two, over the padding and not', { timeout: 150_000 }, () => {
      const models = cases.map(made);
      const answers = ask(models.map(({ artifacts }) => encodeOnnx(artifacts)));
      expect(answers).toHaveLength(cases.length);
      answers.forEach(({ probabilities, logits, metadata }, i) => {
        const { expected } = models[i]!;
        expectClose(probabilities, expected.probabilities, 1e-5);
        expectClose(logits, expected.logits, 1e-5);
        expect(metadata).toEqual({ classes: JSON.stringify(labelEncoder.classes), padIndex: '0' });
      });
    });
  },
);

describe('encodeOnnx', () => {
  it('gives equal bytes for equal artifacts', () => {
    const { artifacts } = made({ cell: 'gru' }, 1);
    expect(encodeOnnx(artifacts)).toEqual(encodeOnnx(artifacts));
  });

  it('refuses another architecture', () => {
    const { artifacts } = made({}, 1);
    const config = linearConfig({ columns: 16, classes: 3 });
    expect(() => encodeOnnx({ ...artifacts, config })).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining('the architecture linear cannot be written as ONNX') as string,
      }),
    );
  });
});
