import { scalar } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { CellName } from '../../recurrent/internal/RecurrentPass.js';
import type { OpAttribute, OutputTensor, TensorflowBackend } from '../../tensorflow/TensorflowBackend.js';

const MODES: Readonly<Record<CellName, string>> = { rnn: 'rnn_tanh', gru: 'gru', lstm: 'lstm' };

/** The inputs of one call of cuDNN: one direction of a layer for one batch. */
export interface CudnnInputs {
  /** The inputs in the time order of the direction, shape [B, S, I]. */
  readonly x: Tensor;
  /** Initial states, shape [B, 1, H]. `c` is an unused scalar except for an LSTM. */
  readonly h: Tensor;
  readonly c: Tensor;
  /** Shape [N], in the layout of `cudnnLayout`. */
  readonly parameters: Tensor;
  /** The number of steps of each row, shape [B], int32. */
  readonly steps: Tensor;
}

/** The gradients of the outputs of a call, in the shapes of the outputs. */
export interface CudnnOutputGradients {
  readonly output: Tensor;
  readonly h: Tensor;
  readonly c: Tensor;
}

/** The gradients with respect to the inputs of a call; `c` only for an LSTM. */
export interface CudnnGradients {
  readonly x: Tensor;
  readonly h: Tensor;
  readonly c: Tensor | undefined;
  readonly parameters: Tensor;
}

/**
 * The handles of the outputs of a call: output [B, S, H], the states [B, 1, H], and further values for the backward
 * pass.
 *
 * The last one, `host_reserved`, has the type int8, which tfjs does not have. So it only exists as a handle.
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

  /** Makes a tensor of one of the outputs, with a new handle to the same values. */
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

/** The attributes of a layer that all cuDNN ops need: one direction, no dropout, no projection. */
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
 * Runs all steps of one direction of a layer. Each row has its own number of steps. The op is `CudnnRNNV3`.
 *
 * @param training whether {@link cudnnBackward} may follow
 * @returns the outputs; the caller must release them
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
 * The gradients of {@link cudnnForward}, which must have been called with `training` true. The op is
 * `CudnnRNNBackpropV3`.
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

/** The layer sizes that were already checked for a backend. */
const asked = new WeakMap<TensorflowBackend, Set<string>>();

/**
 * Queries cuDNN for the number of parameter values, once for each size of layer, and checks that it is the size of our
 * layout. The op is `CudnnRNNParamsSize`.
 *
 * @throws HeadwaterError `HW_BACKEND` when the number differs
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
      `cuDNN wants ${values ?? 'no'} parameters for a ${cell} of ${inputSize} inputs ` +
        `and ${hiddenSize} hidden features, but PyTorch's are ${expected}. Use --backend ` +
        'headwater, and report the versions of TensorFlow and cuDNN.',
    );
  known.add(key);
};
