import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierLogits } from '../../src/models/internal/classifierLogits.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { onBackend } from '../../src/ops/backends/onBackend.js';
import { registerBackend } from '../../src/ops/backends/registerBackend.js';
import { registerEmbedded } from '../../src/ops/backends/registerEmbedded.js';
import { softmaxCrossEntropy } from '../../src/ops/layers/softmaxCrossEntropy.js';
import { expectClose } from '../expectClose.js';
import { registerSimd } from '../ops/kernels/simd/simdBackend.js';
import { describeWithShared, readGolden } from '../shared.js';
import { tensorflow } from '../tensorflow.js';

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Named = Readonly<Record<string, Values>>;

interface ClassifierGolden {
  readonly tokens: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly targets: readonly number[];
  readonly class_weights: readonly number[];
  readonly lr: number;
  readonly state: Named;
  readonly steps: readonly {
    readonly logits: Values;
    readonly loss: number;
    readonly grads: Named;
    readonly state_after: Named;
  }[];
}

const STEP = { epoch: 1, step: 0 };

/** The golden's `emb.` is the lesson's `embeddings.`. */
const ourNames = (named: Named): StateDict =>
  new Map(
    Object.entries(named).map(([name, { shape, data }]) => [
      name.replace(/^emb\./, 'embeddings.'),
      { shape, data: Float32Array.from(data) },
    ]),
  );

beforeAll(async () => {
  registerBackend();
  registerEmbedded('reference', undefined);
  await tf.setBackend('cpu'); // so that 'cpu' is ready, and 'headwater' is not the current backend
});

const fast = [registerSimd('relaxed', 2), registerSimd('simd', 1), registerSimd('wide', 2)].map(({ name }) => name);

const golden = (name: string) => readGolden(name) as ClassifierGolden;

const batchOf = ({ tokens, lengths, targets }: ClassifierGolden): LabelledBatch => ({
  size: tokens.length,
  time: tokens[0]!.length,
  tokens: Int32Array.from(tokens.flat()),
  lengths: Int32Array.from(lengths),
  ids: Int32Array.from(tokens.keys()),
  labels: Int32Array.from(targets),
});

const sizes = {
  vocabularySize: 20,
  classes: 4,
  embeddingDim: 6,
  hiddenDim: 8,
  fcDim: 5,
  dropout: 0,
  overPadding: true,
};

describeWithShared("the lesson's classifiers make PyTorch's three Adam steps", () => {
  for (const backend of ['headwater', 'reference', ...fast, 'cpu', ...tensorflow]) {
    for (const cell of ['rnn', 'gru'] as const) {
      it(`${cell} on ${backend}`, () => {
        const values = golden(`classifier_${cell}.json`);
        const config = classifierConfig({ ...sizes, cell });
        const classWeights = Float32Array.from(values.class_weights);
        const model = classifier(config, { seed: 1, backend, classWeights, weights: ourNames(values.state) });
        const batch = batchOf(values);
        values.steps.forEach((step, at) => {
          const tolerance = at === 0 ? 1e-5 : 1e-4;
          expectClose(model.logits(batch), step.logits.data, tolerance);

          const before = [...model.stateDict()];
          const gradients = new Map<string, Float32Array>();
          onBackend(backend, () =>
            tf.tidy(() => {
              const loss = (...weights: tf.Tensor[]): tf.Scalar =>
                softmaxCrossEntropy(
                  classifierLogits(config, new Map(weights.map((weight, i) => [before[i]![0], weight])), batch),
                  batch.labels,
                  classWeights,
                );
              const found = tf.grads(loss)(before.map(([, { shape, data }]) => tf.tensor(data, [...shape])));
              found.forEach((gradient, i) => gradients.set(before[i]![0], gradient.dataSync<'float32'>()));
            }),
          );
          for (const [name, { data }] of ourNames(step.grads)) expectClose(gradients.get(name)!, data, 1e-4);

          const evaluated = model.evaluateBatch(batch);
          const { loss, weight } = model.trainBatch(batch, { ...STEP, learningRate: values.lr });
          expectClose([loss, evaluated.loss], [step.loss, step.loss], tolerance);
          expectClose([weight], [values.targets.reduce((sum, target) => sum + values.class_weights[target]!, 0)], 1e-6);
          const after = model.stateDict();
          for (const [name, { shape, data }] of ourNames(step.state_after)) {
            expect(after.get(name)!.shape).toEqual(shape);
            expectClose(after.get(name)!.data, data, 1e-4);
          }
        });
        expect(tf.getBackend()).toBe('cpu');
        expect([...model.stateDict().get('embeddings.weight')!.data.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
        model.dispose();
      });
    }
  }

  it('and only over the padding: stopping at the lengths gives the bidirectional GRU other logits, and the RNN the same', () => {
    for (const [cell, differs] of [
      ['gru', true],
      ['rnn', false],
    ] as const) {
      const values = golden(`classifier_${cell}.json`);
      const packed = classifier(classifierConfig({ ...sizes, cell, overPadding: false }), {
        seed: 1,
        weights: ourNames(values.state),
      });
      const logits = packed.logits(batchOf(values));
      const furthest = Math.max(...values.steps[0]!.logits.data.map((value, i) => Math.abs(value - logits[i]!)));
      if (differs) expect(furthest).toBeGreaterThan(1e-3);
      else expect(furthest).toBeLessThan(1e-5);
      packed.dispose();
    }
  });

  let tensors = 0;
  beforeAll(() => void (tensors = tf.memory().numTensors));
  afterAll(() => expect(tf.memory().numTensors).toBe(tensors));
});
