import { copyRegisteredKernels, engine, registerBackend, tensor } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { recurrentEngine } from '../../../src/ops/kernels/headwater/recurrentEngine.js';
import type { Values } from '../../../src/ops/kernels/headwater/definition/referenceKernel.js';
import { registerKernels } from '../../../src/ops/definition/defineOp.js';
import { CUDNN_KERNELS } from '../../../src/ops/kernels/tensorflow/cudnnKernels.js';
import { layerPass } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import type { CellName } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { registerOps } from '../../../src/ops/registerOps.js';
import { releaseAttachment } from '../../../src/ops/tensorflow/tensorAttachments.js';
import type {
  Binding,
  OpAttribute,
  OutputTensor,
  TensorflowBackend,
} from '../../../src/ops/tensorflow/TensorflowBackend.js';

const FLOAT = 1;
const INT32 = 3;
const INT8 = 6;

interface Held extends Values {
  readonly dtype: number;
}

/** A call of the binding as a test reads it. */
export interface RecordedCall {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: number;
}

const CELLS: Readonly<Record<string, CellName>> = { rnn_tanh: 'rnn', gru: 'gru', lstm: 'lstm' };
const GATES = { rnn: 1, gru: 3, lstm: 4 };

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`cuDNN's double: ${what}`);
};

/**
 * A double of TensorFlow's binding on a GPU: records each call, holds it to the shapes and types that TensorFlow's op
 * is documented with, and computes what cuDNN is documented to compute, by the reference kernels.
 */
export class RecordingBinding implements Binding {
  readonly TF_Version = 'double';
  readonly TF_FLOAT = FLOAT;
  readonly TF_INT32 = INT32;
  readonly TF_ATTR_STRING = 0;
  readonly TF_ATTR_INT = 1;
  readonly TF_ATTR_FLOAT = 2;
  readonly TF_ATTR_BOOL = 3;
  readonly TF_ATTR_TYPE = 4;
  readonly calls: RecordedCall[] = [];
  /** The call, counted from 0, that throws in the stead of being executed. */
  failing: number | undefined;
  /** How many values more than it does cuDNN says that it needs. */
  surplus = 0;
  readonly #held = new Map<number, Held>();
  #next = 0;

  isUsingGpuDevice(): boolean {
    return true;
  }

  /** How many handles there are. */
  get handles(): number {
    return this.#held.size;
  }

  /** A new handle. */
  hold(dtype: number, shape: readonly number[], data: Float32Array): OutputTensor {
    demand(sizeOf(shape) === data.length || dtype === INT8, `${data.length} values of shape [${shape.join(', ')}]`);
    this.#held.set(this.#next, { dtype, shape, data });
    return { id: this.#next++, dtype, shape: [...shape] };
  }

  tensorDataSync(id: number): Float32Array {
    const { dtype, data } = this.#of(id);
    demand(dtype !== INT8, 'the binding reads no int8');
    return data;
  }

  deleteTensor(id: number): void {
    demand(this.#held.delete(id), `handle ${id} is deleted, but there is none of that number`);
  }

  executeOp(name: string, given: readonly OpAttribute[], ids: readonly number[], outputs: number): OutputTensor[] {
    const attributes = Object.fromEntries(given.map((attribute) => [attribute.name, attribute.value]));
    const inputs = ids.map((id) => this.#of(id));
    this.calls.push({ name, attributes, inputs: inputs.map(({ shape }) => shape), outputs });
    if (this.failing === this.calls.length - 1) throw new Error('out of memory');
    const results = this.#compute(name, attributes, inputs);
    demand(results.length === outputs, `${name} has ${results.length} outputs, and ${outputs} were asked for`);
    return results;
  }

  #of(id: number): Held {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`cuDNN's double: there is no handle ${id}`);
    return held;
  }

  #compute(
    name: string,
    attributes: Readonly<Record<string, string | number | boolean>>,
    inputs: readonly Held[],
  ): OutputTensor[] {
    switch (name) {
      case 'Identity':
        return [this.hold(inputs[0]!.dtype, inputs[0]!.shape, inputs[0]!.data)];
      case 'CudnnRNNParamsSize': {
        const [layers, units, inputSize] = inputs.map(({ data, shape, dtype }) => {
          demand(shape.length === 0 && dtype === INT32, 'sizes are int32 scalars');
          return data[0]!;
        }) as [number, number, number];
        demand(layers === 1, 'one layer');
        return [
          this.hold(
            INT32,
            [1],
            Float32Array.of(
              GATES[CELLS[String(attributes['rnn_mode'])]!] * units * (inputSize + units + 2) + this.surplus,
            ),
          ),
        ];
      }
      case 'CudnnRNNV3':
        demand(inputs.length === 5, 'CudnnRNNV3 has five inputs');
        return this.#forward(attributes, inputs);
      case 'CudnnRNNBackpropV3':
        demand(inputs.length === 13, 'CudnnRNNBackpropV3 has thirteen inputs');
        return this.#backward(attributes, inputs);
      default:
        throw new Error(`cuDNN's double: there is no op ${name}`);
    }
  }

  /** The pass that a call asks for. Its parameters are cut up a gate at a time, by cuDNN's numbers for them. */
  #pass(attributes: Readonly<Record<string, string | number | boolean>>, inputs: readonly Held[]) {
    const [x, h, c, parameters, steps] = inputs as [Held, Held, Held, Held, Held];
    const cell = CELLS[String(attributes['rnn_mode'])]!;
    demand(
      attributes['time_major'] === false &&
        attributes['direction'] === 'unidirectional' &&
        attributes['input_mode'] === 'linear_input',
      'one direction, batch by batch, on the inputs as they are',
    );
    const [batch, time, inputSize] = x.shape as [number, number, number];
    const units = h.shape[2]!;
    demand(x.shape.length === 3 && h.shape.join() === [batch, 1, units].join(), 'the hidden state has shape [B, 1, H]');
    demand(cell !== 'lstm' || c.shape.join() === h.shape.join(), 'the cell state has shape [B, 1, H]');
    demand(
      steps.dtype === INT32 &&
        steps.shape.join() === String(batch) &&
        steps.data.every((count) => count >= 1 && count <= time),
      'a number of steps a row, of 1 to S',
    );
    const gates = GATES[cell];
    demand(
      parameters.shape.length === 1 && parameters.data.length === gates * units * (inputSize + units + 2),
      'as many parameters as cuDNN asks for',
    );
    let offset = 0;
    const cut = (width: number): Values => {
      // linLayerID by linLayerID: each gate's block of H rows.
      const blocks = Array.from({ length: gates }, () => parameters.data.slice(offset, (offset += units * width)));
      return {
        shape: width === 1 ? [gates * units] : [gates * units, width],
        data: Float32Array.from(blocks.flatMap((block) => [...block])),
      };
    };
    const weights = {
      weight_ih_l0: cut(inputSize),
      weight_hh_l0: { ...cut(units), shape: [gates * units, units] },
      bias_ih_l0: cut(1),
      bias_hh_l0: cut(1),
    };
    const pass = layerPass(
      { x, ...weights },
      { lengths: Int32Array.from(steps.data), overPadding: false, fromState: true, reserve: true },
      'all',
    );
    return {
      cell,
      pass,
      states: {
        h0: { shape: [1, batch, units], data: h.data },
        c0: cell === 'lstm' ? { shape: [1, batch, units], data: c.data } : undefined,
      },
      stateShape: h.shape,
    };
  }

  #forward(attributes: Readonly<Record<string, string | number | boolean>>, inputs: readonly Held[]): OutputTensor[] {
    const { cell, pass, states, stateShape } = this.#pass(attributes, inputs);
    const run = recurrentEngine.forward(cell, pass, states, true);
    const none = (): OutputTensor => this.hold(FLOAT, [], new Float32Array(1));
    return [
      this.hold(FLOAT, run.output!.shape, run.output!.data),
      this.hold(FLOAT, stateShape, run.hidden.data),
      run.cell === undefined ? none() : this.hold(FLOAT, stateShape, run.cell.data),
      attributes['is_training'] === true ? this.hold(FLOAT, [run.reserve.data.length], run.reserve.data) : none(),
      this.hold(INT8, [], new Float32Array(0)),
    ];
  }

  #backward(attributes: Readonly<Record<string, string | number | boolean>>, inputs: readonly Held[]): OutputTensor[] {
    const { cell, pass, stateShape } = this.#pass(attributes, inputs);
    const [output, hidden, cellState, dOutput, dHidden, dCell, reserve, host] = inputs.slice(5) as [
      Held,
      Held,
      Held,
      Held,
      Held,
      Held,
      Held,
      Held,
    ];
    demand(
      dOutput.shape.join() === output.shape.join() &&
        dHidden.shape.join() === hidden.shape.join() &&
        dCell.shape.join() === cellState.shape.join(),
      'gradients have the shapes of the outputs',
    );
    demand(
      reserve.shape.length === 1 && host.dtype === INT8,
      'the reserves are those of a forward pass that was told to train',
    );
    const asStates = ({ data }: Held): Values => ({ shape: [1, stateShape[0]!, stateShape[2]!], data });
    const found = recurrentEngine.backward(cell, pass, reserve, {
      output: dOutput,
      hidden: asStates(dHidden),
      cell: cell === 'lstm' ? asStates(dCell) : undefined,
    });
    const { weight_ih, weight_hh, bias_ih, bias_hh } = found.weights[0]!;
    const parameters = Float32Array.from([weight_ih, weight_hh, bias_ih, bias_hh].flatMap(({ data }) => [...data]));
    return [
      this.hold(FLOAT, found.x.shape, found.x.data),
      this.hold(FLOAT, stateShape, found.h0!.data),
      found.c0 === undefined ? this.hold(FLOAT, [], new Float32Array(1)) : this.hold(FLOAT, stateShape, found.c0.data),
      this.hold(FLOAT, [parameters.length], parameters),
    ];
  }
}

/**
 * tfjs's backend in plain JavaScript, with the double in TensorFlow's place: its tensors get handles when an op is
 * given them.
 */
export class RecordingBackend extends MathBackendCPU implements TensorflowBackend {
  readonly binding = new RecordingBinding();
  readonly #ids = new WeakMap<object, number>();

  getInputTensorIds(tensors: readonly TensorInfo[]): number[] {
    return tensors.map(({ dataId, shape, dtype }) => {
      const known = this.#ids.get(dataId);
      if (known !== undefined) return known;
      const { id } = this.binding.hold(
        dtype === 'int32' ? INT32 : FLOAT,
        shape,
        Float32Array.from(this.readSync(dataId) as ArrayLike<number>),
      );
      this.#ids.set(dataId, id);
      return id;
    });
  }

  createOutputTensor({ id, dtype, shape }: OutputTensor): Tensor {
    demand(dtype === FLOAT, 'tfjs has no tensors of that type');
    const made = tensor(Float32Array.from(this.binding.tensorDataSync(id)), shape);
    this.#ids.set(made.dataId, id);
    return made;
  }

  override disposeData(dataId: TensorInfo['dataId'], force = false): boolean {
    const released = super.disposeData(dataId, force);
    const id = this.#ids.get(dataId);
    if (released && id !== undefined) {
      this.#ids.delete(dataId);
      this.binding.deleteTensor(id);
    }
    if (released) releaseAttachment(dataId);
    return released;
  }
}

/** Registers the double as a backend of that name, with cuDNN's kernels. */
export const registerRecording = (name: string): RecordingBackend => {
  const backend = new RecordingBackend();
  registerOps();
  copyRegisteredKernels('cpu', name);
  registerKernels(name, CUDNN_KERNELS);
  registerBackend(name, () => backend, 0);
  engine().findBackend(name);
  return backend;
};
