import { sha256Hex } from '../../../../src/contracts/runtime/sha256.js';
import type { LabelledBatch } from '../../../../src/contracts/rows/PaddedBatch.js';
import { random } from '../../../../src/contracts/random.js';
import { classifier } from '../../../../src/models/classifier.js';
import { classifierConfig } from '../../../../src/models/ClassifierConfig.js';

const batchOf = (size: number, seed: number): LabelledBatch => {
  const dice = random(seed, 'test');
  const lengths = Int32Array.from({ length: size }, () => 1 + dice.below(9));
  const time = Math.max(...lengths);
  const tokens = Int32Array.from({ length: size * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? 1 + dice.below(299) : 0,
  );
  return {
    size,
    time,
    tokens,
    lengths,
    ids: Int32Array.from({ length: size }, (_, i) => i),
    labels: Int32Array.from({ length: size }, () => dice.below(3)),
  };
};

/** How large a model is, and what it is trained on. */
interface Size {
  readonly vocabularySize: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly rows: number;
  readonly steps: number;
}

const SMALL: Size = { vocabularySize: 300, embeddingDim: 19, hiddenDim: 37, rows: 67, steps: 5 };

/** The SHA-256 of all bits of the weights, the optimizer's state and a prediction after some steps. */
export const bitsAfterTraining = (
  backend: string,
  cell: 'rnn' | 'gru' | 'lstm',
  { rows, steps, ...dims }: Size = SMALL,
): readonly (readonly [string, string])[] => {
  const model = classifier(
    classifierConfig({
      cell,
      bidirectional: true,
      classes: 3,
      ...dims,
      fcDim: 21,
    }),
    { seed: 5, backend },
  );
  for (let step = 0; step < steps; step++)
    model.trainBatch(batchOf(rows, step), { epoch: 1, step, learningRate: 0.01 });
  const bits = (values: Float32Array): string =>
    sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const all = [...model.stateDict(), ...model.optimizerState()].map(([name, { data }]) => [name, bits(data)] as const);
  const predicted = ['prediction', bits(model.predictBatch(batchOf(rows, 99)))] as const;
  model.dispose();
  return [...all, predicted];
};
