import type { DataType, TensorInfo, backend_util } from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { KernelMachine } from './KernelMachine.js';
import { WORD } from './KernelMemory.js';

type DataId = TensorInfo['dataId'];

// It does not use the name SharedArrayBuffer: browsers hide it on pages that may not share memory between threads.
const isShared = (values: backend_util.BackendValues | undefined): boolean =>
  ArrayBuffer.isView(values) && !(values.buffer instanceof ArrayBuffer);

/**
 * The data that tfjs stores for a tensor. The typed array is created only on access, since most results of the fast
 * kernels are never accessed as one.
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
 * tfjs's backend in plain JavaScript, with float32 values that may be stored in the memory of the fast kernels.
 *
 * A tensor moves to that memory when a fast kernel first reads it, and the results of such a kernel are created there.
 * So weights stay there. For tfjs's own kernels the values are an ordinary typed array. A read from outside returns a
 * copy, since the memory is reused.
 */
export class EmbeddedBackend extends MathBackendCPU {
  /** Undefined if the backend has only the reference kernels. */
  readonly machine: KernelMachine | undefined;
  readonly #blocks = new WeakMap<DataId, number>();

  constructor(machine?: KernelMachine) {
    super();
    this.machine = machine;
  }

  // Overridden to avoid the advertisement for another backend that tfjs prints at the first write in Node.
  override write(values: backend_util.BackendValues, _shape: number[], dtype: DataType): DataId {
    const dataId = {};
    // Some of tfjs's kernels return a part of their input without a copy. The block of the input could then be freed
    // and reused, so the values are copied.
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
   * The address of the values of a float32 tensor in the memory of the kernels, for reading. Moves the values there if
   * necessary.
   */
  addressOf(dataId: DataId, machine: KernelMachine): number {
    const known = this.#blocks.get(dataId);
    if (known !== undefined) return known;
    const { values } = this.data.get(dataId);
    const numbers = values as Float32Array | Int32Array | Uint8Array;
    const block = machine.memory.allocate(numbers.length * WORD);
    machine.memory.floats(block, numbers.length).set(numbers);
    this.#blocks.set(dataId, block);
    // A tensor cast from int32 or bool shares its data with the original tensor, which must keep its values. In this
    // case the block is a copy.
    if (numbers instanceof Float32Array) this.#moveInto(block, dataId, machine);
    return block;
  }

  /**
   * The same as {@link addressOf}, for writing: from now on the block holds the values of the tensor, whatever type
   * they had before.
   */
  addressToWrite(dataId: DataId, machine: KernelMachine): number {
    const block = this.addressOf(dataId, machine);
    if (!(this.data.get(dataId) instanceof ResidentData)) this.#moveInto(block, dataId, machine);
    return block;
  }

  /** Makes a float32 tensor from a block of the memory of the kernels. The tensor then owns the block. */
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
