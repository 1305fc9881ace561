import { scalar } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { CellName } from '../../recurrent/internal/RecurrentPass.js';
import type { OpAttribute, OutputTensor, TensorflowBackend } from '../../tensorflow/TensorflowBackend.js';

const MODES: Readonly<Record<CellName, string>> = { rnn: 'rnn_tanh', gru: 'gru', lstm: 'lstm' };

/** What one call of cuDNN is given: one direction of a layer, batch by batch. */
export interface CudnnInputs {
  /** The inputs in the direction's own order of time, shape [B, S, I]. */
  readonly x: Tensor;
  /** Initial states, shape [B, 1, H]; `c` is a scalar that nobody reads unless it is an LSTM's. */
  readonly h: Tensor;
  readonly c: Tensor;
  /** Shape [N], as `cudnnLayout` has it. */
  readonly parameters: Tensor;
  /** How many steps each row takes, shape [B], int32. */
  readonly steps: Tensor;
}

/** The gradients of what a call put out, in the shapes of what it put out. */
export interface CudnnOutputGradients {
  readonly output: Tensor;
  readonly h: Tensor;
  readonly c: Tensor;
}

/** The gradients with respect to what a call was given; `c` for an LSTM alone. */
export interface CudnnGradients {
  readonly x: Tensor;
  readonly h: Tensor;
  readonly c: Tensor | undefined;
  readonly parameters: Tensor;
}

/**
 * What a call put out, by handles: output [B, S, H], its states [B, 1, H], and what the backward pass needs besides.
 *
 * The last, `host_reserved`, is of int8, which is no type of tfjs: it is never more than a handle.
 */
export class CudnnOutputs {
  readonly #backend: TensorflowBackend;
  readonly #outputs: readonly OutputTensor[];

  constructor(backend: TensorflowBackend, outputs: readonly OutputTensor[]) {
    this.#backend = backend;
    this.#outputs = outputs;
  }

  /** Output, hidden state, cell state, reserve space, host's reserve. */
  get ids(): readonly number[] {
    return this.#outputs.map(({ id }) => id);
  }

  /** A tensor of one of them, with a handle of its own on the same values. */
  tensor(which: 'output' | 'hidden' | 'cell'): Tensor {
    const { binding } = this.#backend;
    const { id } = this.#outputs[['output', 'hidden', 'cell'].indexOf(which)]!;
    const [copy] = binding.executeOp(
      'Identity',
      [{ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }],
      [id],
      1,
    );
    return this.#backend.createOutputTensor(copy!);
  }

  /** Deletes the handles. */
  release(): void {
    for (const { id } of this.#outputs) this.#backend.binding.deleteTensor(id);
  }
}

/** What all of cuDNN's ops are told of a layer: one direction, no dropout, no projection. */
const attributesOf = ({ binding }: TensorflowBackend, cell: CellName): readonly OpAttribute[] => {
  const { TF_ATTR_TYPE, TF_ATTR_STRING, TF_ATTR_FLOAT, TF_ATTR_INT, TF_FLOAT } = binding;
  return [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'rnn_mode', type: TF_ATTR_STRING, value: MODES[cell] },
    { name: 'input_mode', type: TF_ATTR_STRING, value: 'linear_input' },
    { name: 'direction', type: TF_ATTR_STRING, value: 'unidirectional' },
    { name: 'dropout', type: TF_ATTR_FLOAT, value: 0 },
    { name: 'seed', type: TF_ATTR_INT, value: 0 },
    { name: 'seed2', type: TF_ATTR_INT, value: 0 },
    { name: 'num_proj', type: TF_ATTR_INT, value: 0 },
  ];
};

const boolean = ({ binding }: TensorflowBackend, name: string, value: boolean): OpAttribute => ({
  name,
  type: binding.TF_ATTR_BOOL,
  value,
});

const asInfos = ({ x, h, c, parameters, steps }: CudnnInputs): readonly TensorInfo[] => [x, h, c, parameters, steps];

/**
 * Takes one direction of a layer through all of its steps, each row through its own: `CudnnRNNV3`.
 *
 * @param training whether {@link cudnnBackward} may follow
 * @returns what it put out; the caller releases it
 */
export const cudnnForward = (
  backend: TensorflowBackend,
  cell: CellName,
  inputs: CudnnInputs,
  training: boolean,
): CudnnOutputs => {
  const attributes = [
    ...attributesOf(backend, cell),
    boolean(backend, 'is_training', training),
    boolean(backend, 'time_major', false),
  ];
  return new CudnnOutputs(
    backend,
    backend.binding.executeOp('CudnnRNNV3', attributes, backend.getInputTensorIds(asInfos(inputs)), 5),
  );
};

/**
 * The gradients of {@link cudnnForward}, which must have been told that they would be asked for: `CudnnRNNBackpropV3`.
 */
export const cudnnBackward = (
  backend: TensorflowBackend,
  cell: CellName,
  inputs: CudnnInputs,
  outputs: CudnnOutputs,
  gradients: CudnnOutputGradients,
): CudnnGradients => {
  const { binding } = backend;
  const [output, hidden, cellState, ...reserved] = outputs.ids as [number, number, number, number, number];
  const ids = [
    ...backend.getInputTensorIds(asInfos(inputs)),
    output,
    hidden,
    cellState,
    ...backend.getInputTensorIds([gradients.output, gradients.h, gradients.c]),
    ...reserved,
  ];
  const [x, h, c, parameters] = binding.executeOp(
    'CudnnRNNBackpropV3',
    [...attributesOf(backend, cell), boolean(backend, 'time_major', false)],
    ids,
    4,
  ) as [OutputTensor, OutputTensor, OutputTensor, OutputTensor];
  if (cell !== 'lstm') binding.deleteTensor(c.id);
  return {
    x: backend.createOutputTensor(x),
    h: backend.createOutputTensor(h),
    c: cell === 'lstm' ? backend.createOutputTensor(c) : undefined,
    parameters: backend.createOutputTensor(parameters),
  };
};

/** The sizes that a backend has been asked about. */
const asked = new WeakMap<TensorflowBackend, Set<string>>();

/**
 * Asks cuDNN, once a layer's sizes, how many values its parameters have, and holds it to the layout that we give it:
 * `CudnnRNNParamsSize`.
 *
 * @throws HeadwaterError `HW_BACKEND` where it is another
 */
export const checkCudnnSize = (
  backend: TensorflowBackend,
  cell: CellName,
  inputSize: number,
  hiddenSize: number,
  expected: number,
): void => {
  const known = asked.get(backend) ?? new Set();
  asked.set(backend, known);
  const key = [cell, inputSize, hiddenSize].join();
  if (known.has(key)) return;
  const { binding } = backend;
  const sizes = [1, hiddenSize, inputSize].map((size) => scalar(size, 'int32'));
  const [answer] = binding.executeOp(
    'CudnnRNNParamsSize',
    [...attributesOf(backend, cell), { name: 'S', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 }],
    backend.getInputTensorIds(sizes),
    1,
  );
  for (const size of sizes) size.dispose();
  const values = binding.tensorDataSync(answer!.id)[0];
  binding.deleteTensor(answer!.id);
  if (values !== expected)
    throw new HeadwaterError(
      'HW_BACKEND',
      `cuDNN wants ${values ?? 'no'} parameters for a ${cell} of ${inputSize} inputs and ${hiddenSize} hidden features, but PyTorch's are ${expected}. Use --backend headwater, and report the versions of TensorFlow and cuDNN.`,
    );
  known.add(key);
};
