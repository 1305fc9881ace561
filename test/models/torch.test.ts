import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { classifier } from '../../src/models/classifier.js';
import type { Cell } from '../../src/models/ClassifierConfig.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import { expectClose } from '../expectClose.js';
import { askPython, python, pythonHas } from '../pythonPeer.js';

interface Answer {
  readonly logits: readonly number[];
  readonly losses: readonly number[];
  readonly after: Readonly<Record<string, readonly number[]>>;
}

const hasTorch = pythonHas('torch', 'numpy');

const batch: LabelledBatch = {
  size: 5,
  time: 6,
  tokens: Int32Array.of(3, 9, 9, 1, 4, 12, 7, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 1, 1, 8, 11, 0, 0, 6, 10, 3, 0, 0, 0),
  lengths: Int32Array.of(6, 2, 1, 4, 3),
  ids: Int32Array.of(0, 1, 2, 3, 4),
  labels: Int32Array.of(0, 2, 1, 2, 0),
};
const classWeights = [0.5, 2, 1];
const learningRate = 0.01;
const steps = 4;

const cases = (['rnn', 'gru', 'lstm'] as const satisfies readonly Cell[]).flatMap((cell) =>
  [true, false].flatMap((bidirectional) =>
    [true, false].map((overPadding) =>
      classifierConfig({
        cell,
        bidirectional,
        overPadding,
        vocabularySize: 13,
        classes: 3,
        embeddingDim: 7,
        hiddenDim: 5,
        fcDim: 6,
        dropout: 0,
      }),
    ),
  ),
);

/** What PyTorch makes of each case's weights. */
const ask = (): readonly Answer[] => {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-torch-'));
  try {
    const questions = cases.map((config, seed) => {
      const path = join(directory, `${seed}.safetensors`);
      const model = classifier(config, { seed });
      writeFileSync(path, encodeSafetensors(model.stateDict()));
      model.dispose();
      return {
        path,
        config,
        tokens: [...batch.tokens],
        lengths: [...batch.lengths],
        labels: [...batch.labels],
        classWeights,
        learningRate,
        steps,
      };
    });
    return askPython(join(import.meta.dirname, 'torchPeer.py'), questions) as readonly Answer[];
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const run = hasTorch ? describe : describe.skip;

run(
  'our weights load into PyTorch under its ' +
    `names${hasTorch ? '' : ` [skipped: ${python} has no torch and numpy; name one that has in HEADWATER_PYTHON]`}`,
  () => {
    it(
      'and its layers give our logits, our losses and our weights after some steps of its Adam',
      { timeout: 150_000 },
      () => {
        ask().forEach((answer, seed) => {
          const model = classifier(cases[seed]!, { seed, classWeights: Float32Array.from(classWeights) });
          expectClose(model.logits(batch), answer.logits, 1e-5);
          const losses = Array.from(
            { length: steps },
            (_, step) => model.trainBatch(batch, { epoch: 1, step, learningRate }).loss,
          );
          expectClose(losses, answer.losses, 1e-4);
          for (const [name, { data }] of model.stateDict()) expectClose(data, answer.after[name] ?? [], 1e-4);
          model.dispose();
        });
      },
    );
  },
);
