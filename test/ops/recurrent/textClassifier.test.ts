import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { random } from '../../../src/contracts/random.js';
import { dropout } from '../../../src/ops/layers/dropout.js';
import { embeddedRecurrentLast } from '../../../src/ops/recurrent/embeddedRecurrentLast.js';
import { linear } from '../../../src/ops/layers/linear.js';
import { gradientNames } from '../../../src/ops/recurrent/internal/classifierOps.js';
import type { ClassifierInputs } from '../../../src/ops/recurrent/internal/classifierOps.js';
import type { CellName } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { registerEmbedded } from '../../../src/ops/backends/registerEmbedded.js';
import { softmax } from '../../../src/ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../../../src/ops/layers/softmaxCrossEntropy.js';
import { classifierGradients, classifierProbabilities } from '../../../src/ops/recurrent/textClassifier.js';
import { tensorflow } from '../../tensorflow.js';
import { expectValuesClose } from '../expectClose.js';
import { plain, tensorOf, type Plain } from './recurrentCase.js';
import { registerSimd } from '../kernels/simd/simdBackend.js';

const fast = [registerSimd('relaxed', 1), registerSimd('simd', 2), registerSimd('wide', 2)];

beforeAll(() => {
  registerEmbedded('reference', undefined);
});

const VOCABULARY = 11;
const [EMBEDDING, HIDDEN, FEATURES, CLASSES] = [7, 9, 5, 3];
const GATES = { rnn: 1, gru: 3, lstm: 4 };
const OPTIONS = { padIndex: 0, overPadding: false };
const PLACE = { rate: 0.3, seed: 7, epoch: 2, step: 4 };
const CLASS_WEIGHTS = Float32Array.of(0.5, 2, 1);

interface Case {
  readonly cell: CellName;
  readonly names: readonly (keyof ClassifierInputs<tf.Tensor>)[];
  readonly values: readonly Plain[];
  readonly batch: LabelledBatch;
}

const make = (cell: CellName, bidirectional: boolean, seed = 1): Case => {
  const dice = random(seed, 'test');
  const rows = GATES[cell] * HIDDEN;
  const shapes: Readonly<Record<string, readonly number[]>> = {
    embeddings: [VOCABULARY, EMBEDDING],
    weight_ih_l0: [rows, EMBEDDING],
    weight_hh_l0: [rows, HIDDEN],
    bias_ih_l0: [rows],
    bias_hh_l0: [rows],
    weight_ih_l0_reverse: [rows, EMBEDDING],
    weight_hh_l0_reverse: [rows, HIDDEN],
    bias_ih_l0_reverse: [rows],
    bias_hh_l0_reverse: [rows],
    fc1_weight: [FEATURES, (bidirectional ? 2 : 1) * HIDDEN],
    fc1_bias: [FEATURES],
    fc2_weight: [CLASSES, FEATURES],
    fc2_bias: [CLASSES],
  };
  const names = gradientNames(bidirectional);
  const values = names.map((name): Plain => {
    const shape = shapes[name]!;
    return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => dice.uniform() - 0.5) };
  });
  const lengths = Int32Array.of(3, 1, 6, 2, 6);
  const tokens = Int32Array.from({ length: 5 * 6 }, (_, i) =>
    i % 6 < lengths[Math.floor(i / 6)]! ? 1 + dice.below(VOCABULARY - 1) : 0,
  );
  return {
    cell,
    names,
    values,
    batch: {
      size: 5,
      time: 6,
      tokens,
      lengths,
      ids: Int32Array.of(0, 1, 2, 3, 4),
      labels: Int32Array.of(0, 2, 1, 1, 0),
    },
  };
};

const named = ({ names }: Case, tensors: readonly tf.Tensor[]): ClassifierInputs<tf.Tensor> =>
  Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) as unknown as ClassifierInputs<tf.Tensor>;

/** The same from the ops that it is made of, through tfjs's tape. */
const composed = (given: Case, tensors: readonly tf.Tensor[], dropped: boolean): tf.Tensor2D => {
  const { fc1_weight, fc1_bias, fc2_weight, fc2_bias, embeddings, ...layer } = named(given, tensors);
  const features = linear(
    embeddedRecurrentLast(given.cell, embeddings, given.batch, layer, OPTIONS),
    fc1_weight,
    fc1_bias,
  );
  return linear(dropped ? dropout(features, PLACE) : features, fc2_weight, fc2_bias);
};

const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  [false, true].map((bidirectional) => [cell, bidirectional] as const),
);

describe.each(SETTINGS)('the classifier as one op, %s, bidirectional: %s', (cell, bidirectional) => {
  const given = make(cell, bidirectional);

  it('gives the probabilities, the loss and the gradients of the ops that it is made of', async () => {
    for (const backend of ['reference', 'cpu', ...tensorflow, ...fast.map(({ name }) => name)]) {
      await tf.setBackend(backend);
      tf.tidy(() => {
        const tensors = given.values.map(tensorOf);
        expectValuesClose(
          'probabilities',
          plain(classifierProbabilities(cell, named(given, tensors), given.batch, OPTIONS)),
          plain(softmax(composed(given, tensors, false))),
          1e-6,
        );
        for (const place of [PLACE, { ...PLACE, rate: 0 }]) {
          const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) =>
            softmaxCrossEntropy(composed(given, weights, place.rate > 0), given.batch.labels, CLASS_WEIGHTS),
          )(tensors);
          const { loss, gradients } = classifierGradients(
            cell,
            named(given, tensors),
            given.batch,
            OPTIONS,
            place,
            CLASS_WEIGHTS,
          );
          expectValuesClose('loss', plain(loss), plain(value), 1e-6);
          expect(gradients).toHaveLength(given.names.length);
          gradients.forEach((gradient, i) =>
            expectValuesClose(given.names[i]!, plain(gradient), plain(grads[i]!), 1e-5),
          );
        }
      });
    }
  });

  it('has gradients that finite differences confirm, on every variant', async () => {
    const dice = random(3, 'test');
    for (const { name } of fast) {
      await tf.setBackend(name);
      const lossAt = (values: readonly Plain[]): number =>
        tf.tidy(
          () =>
            classifierGradients(
              cell,
              named(given, values.map(tensorOf)),
              given.batch,
              OPTIONS,
              PLACE,
              CLASS_WEIGHTS,
            ).loss.dataSync()[0]!,
        );
      let gradients: readonly Plain[] = [];
      tf.tidy(() => {
        gradients = classifierGradients(
          cell,
          named(given, given.values.map(tensorOf)),
          given.batch,
          OPTIONS,
          PLACE,
          CLASS_WEIGHTS,
        ).gradients.map(plain);
      });
      given.values.forEach(({ shape, data }, i) => {
        // The padding token's embedding gets none, whatever the loss does.
        const at = i === 0 ? EMBEDDING + dice.below(data.length - EMBEDDING) : dice.below(data.length);
        const moved = (by: number): readonly Plain[] =>
          given.values.map((value, j) =>
            i === j ? { shape, data: data.map((x, k) => (k === at ? x + by : x)) } : value,
          );
        const step = 1e-2;
        expect(gradients[i]!.data[at]!, `${given.names[i]!}[${at}] on ${name}`).toBeCloseTo(
          (lossAt(moved(step)) - lossAt(moved(-step))) / (2 * step),
          3,
        );
      });
    }
  });

  it('gives back all memory that it took', async () => {
    for (const { name, machine } of fast) {
      await tf.setBackend(name);
      const tensors = given.values.map(tensorOf);
      const once = (): void => {
        tf.tidy(() => {
          classifierProbabilities(cell, named(given, tensors), given.batch, OPTIONS);
          classifierGradients(cell, named(given, tensors), given.batch, OPTIONS, PLACE);
        });
      };
      // What is kept of weights, such as the table of products, is made in the first few.
      for (let i = 0; i < 5; i++) once();
      const before = machine.memory.bytesInUse;
      once();
      expect(machine.memory.bytesInUse).toBe(before);
      tf.dispose(tensors);
    }
  });
});

describe('what does not fit is refused', () => {
  const given = make('gru', true);
  const attempt =
    (change: Partial<Record<string, tf.Tensor>>, batch: LabelledBatch = given.batch): (() => void) =>
    () => {
      tf.tidy(() => {
        classifierGradients('gru', { ...named(given, given.values.map(tensorOf)), ...change }, batch, OPTIONS, PLACE);
      });
    };

  it.each([
    ['fc1 for another layer', () => attempt({ fc1_weight: tf.zeros([FEATURES, HIDDEN]) }), /fc1_weight of shape/],
    ['fc2 for another fc1', () => attempt({ fc2_weight: tf.zeros([CLASSES, FEATURES + 1]) }), /fc2_weight of shape/],
    ['a bias of another length', () => attempt({ fc2_bias: tf.zeros([CLASSES + 1]) }), /fc2_bias of shape/],
    [
      'a label that is no class',
      () => attempt({}, { ...given.batch, labels: Int32Array.of(0, 2, 3, 1, 0) }),
      /label of row 2 is 3/,
    ],
    [
      'a token that is not in the vocabulary',
      () =>
        attempt({}, { ...given.batch, tokens: given.batch.tokens.map((token, i) => (i === 4 ? VOCABULARY : token)) }),
      /token/,
    ],
    [
      'no rows',
      () =>
        attempt(
          {},
          {
            size: 0,
            time: 1,
            tokens: new Int32Array(0),
            lengths: new Int32Array(0),
            ids: new Int32Array(0),
            labels: new Int32Array(0),
          },
        ),
      /no rows/,
    ],
  ])('%s', (_, make_, message) => {
    const run = make_();
    expect(run).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(run).toThrow(message);
  });
});
