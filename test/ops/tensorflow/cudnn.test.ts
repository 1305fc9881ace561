import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  checkCudnnSize,
  cudnnBackward,
  cudnnForward,
  CudnnOutputs,
} from '../../../src/ops/kernels/tensorflow/cudnnCalls.js';
import { cudnnLayout, cudnnSize, fromCudnn, toCudnn } from '../../../src/ops/kernels/tensorflow/cudnnParameters.js';
import { classifier } from '../../../src/models/classifier.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import { onBackend } from '../../../src/ops/backends/onBackend.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import type { TensorflowBackend } from '../../../src/ops/tensorflow/TensorflowBackend.js';
import { describeWithTensorflow } from '../../tensorflow.js';
import { expectSameOutcome } from '../kernels/expectSameOutcome.js';
import { lastOutcome, layerOutcome, makeCase, tensorOf } from '../recurrent/recurrentCase.js';
import type { Sizes } from '../recurrent/recurrentCase.js';
import { registerRecording } from './RecordingBinding.js';
import type { RecordingBackend, RecordingBinding } from './RecordingBinding.js';

const DOUBLE = "cuDNN's double";
const sizes: Sizes = {
  cell: 'gru',
  directions: 2,
  lengths: [3, 1, 4, 2],
  time: 5,
  inputSize: 3,
  hiddenSize: 6,
  overPadding: false,
  fromState: false,
};
const cells = ['rnn', 'gru', 'lstm'] as const;

let backend: RecordingBackend;
let binding: RecordingBinding;
beforeAll(() => {
  registerBackend();
  backend = registerRecording(DOUBLE);
  binding = backend.binding;
});
beforeEach(() => {
  binding.failing = undefined;
  binding.surplus = 0;
  binding.calls.length = 0;
});

const calls = (name: string) => binding.calls.filter((call) => call.name === name);
const left = () => ({ handles: binding.handles, tensors: tf.memory().numTensors, data: backend.numDataIds() });

/** The gradients of a layer's last outputs, on the double; `meanwhile` runs between the two passes. */
const trainOnce = (of: Sizes, meanwhile: () => void = () => undefined): void =>
  onBackend(DOUBLE, () =>
    tf.tidy(() => {
      const given = makeCase(of, 1);
      const names = [...given.inputs.keys()];
      const f = (...tensors: tf.Tensor[]): tf.Tensor => {
        const inputs = Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) as Record<
          'x' | 'weight_ih_l0' | 'weight_hh_l0' | 'bias_ih_l0' | 'bias_hh_l0',
          tf.Tensor
        >;
        const out = recurrentLast(of.cell, inputs.x, Int32Array.from(of.lengths), inputs, {
          overPadding: of.overPadding,
        });
        meanwhile();
        return out;
      };
      tf.grads(f)([...given.inputs.values()].map(tensorOf), tensorOf(given.gradients.last));
    }),
  );

describe("PyTorch's weights as cuDNN's parameters", () => {
  it('has all matrices before all biases, those of the inputs first, gate by gate in the order of both', () => {
    // One feature in and one out: a gate's block is one value, so the values tell the order.
    const weights = {
      weight_ih: tf.tensor2d([1, 2, 3], [3, 1]),
      weight_hh: tf.tensor2d([4, 5, 6], [3, 1]),
      bias_ih: tf.tensor1d([7, 8, 9]),
      bias_hh: tf.tensor1d([10, 11, 12]),
    };
    expect([...toCudnn(cudnnLayout('gru', 1, 1), weights).dataSync()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('keeps the rows of a matrix', () => {
    const weights = {
      weight_ih: tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]),
      weight_hh: tf.tensor2d([7, 8, 9, 10], [2, 2]),
      bias_ih: tf.tensor1d([11, 12]),
      bias_hh: tf.tensor1d([13, 14]),
    };
    expect([...toCudnn(cudnnLayout('rnn', 3, 2), weights).dataSync()]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    ]);
  });

  it.each(cells)('%s: comes back as it went', (cell) => {
    const layout = cudnnLayout(cell, 3, 6);
    const values = Float32Array.from({ length: cudnnSize(layout) }, (_, i) => i);
    const weights = fromCudnn(layout, tf.tensor1d(values));
    expect(layout.map(({ name, shape }) => [weights[name].shape, shape].map(String))).toEqual(
      layout.map(({ shape }) => [String(shape), String(shape)]),
    );
    expect([...toCudnn(layout, weights).dataSync()]).toEqual([...values]);
  });
});

describe.each(cells)('%s by cuDNN computes what the embedded backend does', (cell) => {
  const variants = [1, 2].flatMap((directions) =>
    [false, true].flatMap((overPadding) =>
      [false, true].map((fromState) => ({ directions: directions as 1 | 2, overPadding, fromState })),
    ),
  );

  it.each(variants)('$directions directions, over padding: $overPadding, from given states: $fromState', (variant) => {
    const of = makeCase({ ...sizes, cell, ...variant }, 4);
    const before = left();
    expectSameOutcome(
      onBackend(DOUBLE, () => layerOutcome(of)),
      onBackend('headwater', () => layerOutcome(of)),
    );
    expectSameOutcome(
      onBackend(DOUBLE, () => lastOutcome(of, 'recurrentLast')),
      onBackend('headwater', () => lastOutcome(of, 'recurrentLast')),
    );
    expect(left()).toEqual(before);
  });
});

describe('the calls of cuDNN', () => {
  it('are one a direction and pass; the reverse direction, of which one step is read, takes one', () => {
    trainOnce(sizes);
    expect(calls('CudnnRNNV3').map(({ inputs }) => inputs)).toEqual([
      [[4, 4, 3], [4, 1, 6], [], [3 * 6 * (3 + 6 + 2)], [4]],
      [[4, 1, 3], [4, 1, 6], [], [3 * 6 * (3 + 6 + 2)], [4]],
    ]);
    expect(calls('CudnnRNNBackpropV3').map(({ inputs, outputs }) => [inputs.length, outputs])).toEqual([
      [13, 4],
      [13, 4],
    ]);
  });

  it('name what they compute', () => {
    trainOnce({ ...sizes, directions: 1 });
    const layer = {
      T: 1,
      rnn_mode: 'gru',
      input_mode: 'linear_input',
      direction: 'unidirectional',
      dropout: 0,
      seed: 0,
      seed2: 0,
      num_proj: 0,
      time_major: false,
    };
    expect(calls('CudnnRNNV3')[0]?.attributes).toEqual({ ...layer, is_training: true });
    expect(calls('CudnnRNNBackpropV3')[0]?.attributes).toEqual(layer);
  });

  it('are told where no gradient follows', () => {
    const of = makeCase({ ...sizes, directions: 1 }, 2);
    const before = left();
    onBackend(DOUBLE, () =>
      tf.tidy(() =>
        recurrentLast(
          'gru',
          tensorOf(of.inputs.get('x')!),
          undefined,
          Object.fromEntries([...of.inputs].map(([name, values]) => [name, tensorOf(values)])) as never,
        ).dataSync(),
      ),
    );
    expect(calls('CudnnRNNV3')[0]?.attributes['is_training']).toBe(false);
    expect(left()).toEqual(before);
  });

  it('ask once for the size of the parameters of a layer', () => {
    trainOnce({ ...sizes, inputSize: 2 });
    trainOnce({ ...sizes, inputSize: 2 });
    expect(calls('CudnnRNNParamsSize')).toHaveLength(1);
  });

  it('are not made where cuDNN wants other parameters', () => {
    binding.surplus = 1;
    const before = left();
    expect(() => trainOnce({ ...sizes, inputSize: 7 })).toThrow(
      /cuDNN wants 271 parameters for a gru of 7 inputs and 6 hidden features, but PyTorch's are 270/,
    );
    expect(calls('CudnnRNNV3')).toEqual([]);
    expect(left()).toEqual(before);
  });

  it('leave no handle behind, whichever of them fails in a training step', () => {
    const model = classifier(
      classifierConfig({ cell: 'gru', vocabularySize: 9, classes: 2, embeddingDim: 3, hiddenDim: 6 }),
      { seed: 1, backend: DOUBLE },
    );
    const batch = {
      size: 2,
      time: 3,
      tokens: Int32Array.of(5, 7, 8, 4, 0, 0),
      lengths: Int32Array.of(3, 1),
      ids: Int32Array.of(0, 1),
      labels: Int32Array.of(0, 1),
    };
    const train = (): unknown => model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 1e-3 });
    train();
    const [forward, backward] = [calls('CudnnRNNV3').length, calls('CudnnRNNBackpropV3').length];
    expect([forward, backward]).toEqual([2, 2]);
    binding.calls.length = 0;
    train();
    const count = binding.calls.length;
    const before = left();
    for (let failing = 0; failing < count; failing++) {
      binding.calls.length = 0;
      binding.failing = failing;
      expect(train).toThrow('out of memory');
      expect({ ...left(), tensors: 0 }, `after call ${failing} has failed`).toEqual({ ...before, tensors: 0 });
    }
    model.dispose();
  });

  it('keep what the gradient needs until it was asked for, the int8 reserve by its handle alone', () => {
    let between = 0;
    const before = binding.handles;
    trainOnce(sizes, () => (between = binding.handles));
    // Of each direction five inputs and five outputs, and the last outputs' own handles.
    expect(between - before).toBeGreaterThanOrEqual(20);
    expect(binding.handles).toBe(before);
  });
});

// libtensorflow for processors defines the ops of cuDNN and computes none: it says so only once it has found name,
// attributes and inputs to be right.
describeWithTensorflow('the ops of cuDNN in libtensorflow', () => {
  /**
   * How it refuses a call that is right; an attribute that it does not know stood here beside the defaults of those
   * that it does.
   */
  const refusal = (name: string, attributes: string): string =>
    `Could not find device for node: {{node ${name}}} = ${name}[${attributes}]\nAll ` +
    `kernels registered for op ${name}:\n  <no registered kernels>`;

  it.each(cells)(
    '%s: are known by the names, attributes, types and numbers of inputs that they are called with',
    (cell) =>
      onBackend('tensorflow', () =>
        tf.tidy(() => {
          const real = tf.backend() as TensorflowBackend;
          const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = real.binding;
          const state = (): tf.Tensor => (cell === 'lstm' ? tf.zeros([2, 1, 5]) : tf.scalar(0));
          const inputs = {
            x: tf.zeros([2, 3, 4]),
            h: tf.zeros([2, 1, 5]),
            c: state(),
            parameters: tf.zeros([cudnnSize(cudnnLayout(cell, 4, 5))]),
            steps: tf.tensor1d([3, 1], 'int32'),
          };
          const mode =
            'direction="unidirectional", dropout=0, input_mode="linear_input", ' +
            `num_proj=0, rnn_mode="${cell === 'rnn' ? 'rnn_tanh' : cell}", seed=0, seed2=0`;
          expect(() => cudnnForward(real, cell, inputs, true)).toThrow(
            refusal(
              'CudnnRNNV3',
              `T=DT_FLOAT, ${mode.replace('num_proj', 'is_training=true, num_proj')}, time_major=false`,
            ),
          );
          expect(() => checkCudnnSize(real, cell, 4, 5, 0)).toThrow(
            refusal('CudnnRNNParamsSize', `S=DT_INT32, T=DT_FLOAT, ${mode}`),
          );

          const host = real.binding.executeOp(
            'Cast',
            [
              { name: 'SrcT', type: TF_ATTR_TYPE, value: TF_FLOAT },
              { name: 'DstT', type: TF_ATTR_TYPE, value: 6 },
              { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
            ],
            real.getInputTensorIds([tf.scalar(0)]),
            1,
          )[0]!;
          const outputs = real
            .getInputTensorIds([tf.zeros([2, 3, 5]), tf.zeros([2, 1, 5]), state(), tf.zeros([7])])
            .map((id) => ({ id, dtype: TF_FLOAT, shape: [] }));
          const gradients = { output: tf.zeros([2, 3, 5]), h: tf.zeros([2, 1, 5]), c: state() };
          expect(() =>
            cudnnBackward(real, cell, inputs, new CudnnOutputs(real, [...outputs, host]), gradients),
          ).toThrow(refusal('CudnnRNNBackpropV3', `T=DT_FLOAT, ${mode}, time_major=false`));
          real.binding.deleteTensor(host.id);
        }),
      ),
  );
});
