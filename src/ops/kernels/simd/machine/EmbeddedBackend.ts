import type { DataType, TensorInfo, backend_util } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KernelMachine } from './KernelMachine.js';

type DataId = TensorInfo['dataId'];

/** The bytes of a float32. */
const WORD = 4;

// Not by SharedArrayBuffer: a browser hides that name where it does not let memory go from one thread to another.
const isShared = (values: backend_util.BackendValues | undefined): boolean =>
  ArrayBuffer.isView(values) && !(values.buffer instanceof ArrayBuffer);

/**
 * What tfjs keeps of a tensor; its values are made a typed array of only when somebody asks, which for most results of
 * the fast kernels nobody does.
 */
class ResidentData {
  readonly dtype = 'float32';
  refCount: number;
  readonly #machine: KernelMachine;
  readonly #block: number;
  readonly #size: number;
  #values: Float32Array | undefined;

  constructor(machine: KernelMachine, block: number, size: number, refCount: number) {
    this.#machine = machine;
    this.#block = block;
    this.#size = size;
    this.refCount = refCount;
  }

  get values(): Float32Array {
    return (this.#values ??= this.#machine.memory.floats(this.#block, this.#size));
  }
}

/**
 * tfjs's backend in plain JavaScript, whose float32 values may live in the memory of the fast kernels.
 *
 * A tensor moves there when a fast kernel first reads it, and such a kernel's results are born there; so weights stay
 * there. For tfjs's own kernels its values are a typed array like any other. Whoever reads them from outside gets a
 * copy, since the memory is used again.
 */
export class EmbeddedBackend extends MathBackendCPU {
  /** Undefined where the kernels are the reference kernels alone. */
  readonly machine: KernelMachine | undefined;
  readonly #blocks = new WeakMap<DataId, number>();

  constructor(machine?: KernelMachine) {
    super();
    this.machine = machine;
  }

  // Without the advertisement for another backend that tfjs prints at its first write in Node.
  override write(values: backend_util.BackendValues, _shape: number[], dtype: DataType): DataId {
    const dataId = {};
    // Some of tfjs's kernels put out a part of their input without copying it, but nothing would keep its block from
    // being given away.
    this.data.set(dataId, { values: isShared(values) ? (values as Float32Array).slice() : values, dtype, refCount: 1 });
    return dataId;
  }

  override readSync(dataId: DataId): backend_util.BackendValues {
    const values = super.readSync(dataId);
    return isShared(values) ? (values as Float32Array).slice() : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const released = super.disposeData(dataId, force);
    const block = this.#blocks.get(dataId);
    if (released && block !== undefined) {
      this.#blocks.delete(dataId);
      this.machine?.memory.free(block);
      this.machine?.derived.drop(dataId);
    }
    return released;
  }

  /**
   * The address of a float32 tensor's values in the kernels' memory, to read them; they move there if they are
   * elsewhere.
   */
  addressOf(dataId: DataId, machine: KernelMachine): number {
    const known = this.#blocks.get(dataId);
    if (known !== undefined) return known;
    const { values } = this.data.get(dataId);
    const numbers = values as Float32Array | Int32Array | Uint8Array;
    const block = machine.memory.allocate(numbers.length * WORD);
    machine.memory.floats(block, numbers.length).set(numbers);
    this.#blocks.set(dataId, block);
    // A tensor cast from int32 or bool shares its data with the one it was cast from, which goes on to read what it
    // had: the block is a copy then.
    if (numbers instanceof Float32Array) this.#moveInto(block, dataId, machine);
    return block;
  }

  /**
   * As {@link addressOf}, to write there: the tensor's values are what is in the block from now on, whatever they were
   * before.
   */
  addressToWrite(dataId: DataId, machine: KernelMachine): number {
    const block = this.addressOf(dataId, machine);
    if (!(this.data.get(dataId) instanceof ResidentData)) this.#moveInto(block, dataId, machine);
    return block;
  }

  /** Makes a float32 tensor of a block of the kernels' memory, which is the tensor's from now on. */
  adopt(block: number, shape: readonly number[], machine: KernelMachine): TensorInfo {
    const dataId = {};
    const size = shape.reduce((product, side) => product * side, 1);
    this.data.set(dataId, new ResidentData(machine, block, size, 1));
    this.#blocks.set(dataId, block);
    return { dataId, shape: [...shape], dtype: 'float32' };
  }

  #moveInto(block: number, dataId: DataId, machine: KernelMachine): void {
    const { values, refCount } = this.data.get(dataId);
    this.data.delete(dataId);
    this.data.set(dataId, new ResidentData(machine, block, (values as Float32Array).length, refCount));
  }
}
