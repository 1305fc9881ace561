import * as tf from '@tensorflow/tfjs-core';
import { random } from '../../../src/contracts/random.js';
import { gatherLast } from '../../../src/ops/layers/gatherLast.js';
import { gru } from '../../../src/ops/recurrent/gru.js';
import { lstm } from '../../../src/ops/recurrent/lstm.js';
import type { CellName, LayerWeights } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import { rnn } from '../../../src/ops/recurrent/rnn.js';
import { addProduct } from '../kernels/headwater/addProduct.js';

/** Plain values of a tensor: what a case is made of, and what comes out of it. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A recurrent layer's sizes and settings. */
export interface Sizes {
  readonly cell: CellName;
  readonly directions: 1 | 2;
  readonly lengths: readonly number[];
  /** The number of steps in the batch; the longest row may be shorter. */
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly overPadding: boolean;
  readonly fromState: boolean;
}

/** Values for every input of a layer, and for the gradients of what it puts out. */
export interface Case extends Sizes {
  readonly inputs: ReadonlyMap<string, Plain>;
  readonly gradients: { readonly output: Plain; readonly hidden: Plain; readonly cell: Plain; readonly last: Plain };
}

export const plain = (tensor: tf.Tensor): Plain => ({
  shape: [...tensor.shape],
  data: Float32Array.from(tensor.dataSync()),
});
export const tensorOf = ({ shape, data }: Plain): tf.Tensor => tf.tensor(data.slice(), [...shape]);

const GATES = { rnn: 1, gru: 3, lstm: 4 };

/** A case with values drawn by a seed, between -1 and 1, weights between -0.5 and 0.5. */
export const makeCase = (sizes: Sizes, seed: number): Case => {
  const dice = random(seed, 'test');
  const draw = (scale: number, ...shape: number[]): Plain => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (dice.uniform() * 2 - 1) * scale),
  });
  const { cell, directions, lengths, time, inputSize, hiddenSize, fromState } = sizes;
  const batch = lengths.length;
  const rows = GATES[cell] * hiddenSize;
  const inputs = new Map<string, Plain>([['x', draw(1, batch, time, inputSize)]]);
  for (const suffix of directions === 2 ? ['_l0', '_l0_reverse'] : ['_l0']) {
    inputs.set(`weight_ih${suffix}`, draw(0.5, rows, inputSize));
    inputs.set(`weight_hh${suffix}`, draw(0.5, rows, hiddenSize));
    inputs.set(`bias_ih${suffix}`, draw(0.5, rows));
    inputs.set(`bias_hh${suffix}`, draw(0.5, rows));
  }
  if (fromState) {
    inputs.set('h0', draw(1, directions, batch, hiddenSize));
    if (cell === 'lstm') inputs.set('c0', draw(1, directions, batch, hiddenSize));
  }
  const state = (): Plain => draw(1, directions, batch, hiddenSize);
  return {
    ...sizes,
    inputs,
    gradients: {
      output: draw(1, batch, time, directions * hiddenSize),
      hidden: state(),
      cell: state(),
      last: draw(1, batch, directions * hiddenSize),
    },
  };
};

const named = (of: Case, tensors: readonly tf.Tensor[]): Readonly<Record<string, tf.Tensor>> =>
  Object.fromEntries([...of.inputs.keys()].map((name, i) => [name, tensors[i]!]));

const optionsOf = (of: Case, inputs: Readonly<Record<string, tf.Tensor>>) => ({
  overPadding: of.overPadding,
  ...(of.fromState ? { initialState: { hidden: inputs['h0']!, cell: inputs['c0'] ?? inputs['h0']! } } : {}),
});

const layers = { rnn, gru, lstm };

/** Runs the layer on tensors in the order of the case's inputs. */
export const runLayerOf = (
  of: Case,
  tensors: readonly tf.Tensor[],
): { output: tf.Tensor; hidden: tf.Tensor; cell?: tf.Tensor } => {
  const inputs = named(of, tensors);
  return layers[of.cell](
    inputs['x']!,
    Int32Array.from(of.lengths),
    inputs as unknown as LayerWeights<tf.Tensor>,
    optionsOf(of, inputs),
  );
};

/** What a run gave: results and gradients by name. */
export type Outcome = ReadonlyMap<string, Plain>;

/** Results and gradients by name, unread: whoever asked for them disposes of them. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

const byName = (
  of: Case,
  results: Readonly<Record<string, tf.Tensor | undefined>>,
  gradients: readonly tf.Tensor[],
): Record<string, tf.Tensor> =>
  Object.fromEntries([
    ...Object.entries(results).flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor] as const])),
    ...[...of.inputs.keys()].map((name, i) => [`d${name}`, gradients[i]!] as const),
  ]);

const inputTensors = (of: Case): tf.Tensor[] => [...of.inputs.values()].map(tensorOf);

/** The layer's outputs and final states on the current backend, and all gradients. */
export const layerTensors = (of: Case): Tensors =>
  tf.tidy(() => {
    const inputs = inputTensors(of);
    const { output, hidden, cell } = of.gradients;
    const weights = [tensorOf(output), tensorOf(hidden), ...(of.cell === 'lstm' ? [tensorOf(cell)] : [])];
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const run = runLayerOf(of, given);
      return addProduct([run.output, run.hidden, ...(run.cell === undefined ? [] : [run.cell])], weights);
    })(inputs);
    return byName(of, { ...runLayerOf(of, inputs) }, gradients);
  });

/**
 * Each row's output at its last token on the current backend, and all gradients: by its own op, or by gathering from
 * the whole layer's outputs.
 */
export const lastTensors = (of: Case, how: 'recurrentLast' | 'gatherLast'): Tensors => {
  const lengths = Int32Array.from(of.lengths);
  const run = (given: readonly tf.Tensor[]): tf.Tensor => {
    if (how === 'gatherLast') return gatherLast(runLayerOf(of, given).output, lengths);
    const inputs = named(of, given);
    return recurrentLast(
      of.cell,
      inputs['x']!,
      lengths,
      inputs as unknown as LayerWeights<tf.Tensor>,
      optionsOf(of, inputs),
    );
  };
  return tf.tidy(() => {
    const inputs = inputTensors(of);
    const weight = tensorOf(of.gradients.last);
    const gradients = tf.grads((...given: tf.Tensor[]) => addProduct([run(given)], [weight]))(inputs);
    return byName(of, { last: run(inputs) }, gradients);
  });
};

const read = (tensors: Tensors): Outcome => {
  const outcome = new Map(Object.entries(tensors).map(([name, tensor]) => [name, plain(tensor)]));
  tf.dispose({ ...tensors });
  return outcome;
};

export const layerOutcome = (of: Case): Outcome => read(layerTensors(of));
export const lastOutcome = (of: Case, how: 'recurrentLast' | 'gatherLast'): Outcome => read(lastTensors(of, how));
