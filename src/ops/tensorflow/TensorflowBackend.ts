import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of one of TensorFlow's ops, as the binding takes it. */
export interface OpAttribute {
  readonly name: string;
  /** One of the binding's `TF_ATTR_…`. */
  readonly type: number;
  readonly value: string | number | boolean;
}

/** What the binding says of a tensor that an op put out. */
export interface OutputTensor {
  /**
   * Its handle, which is the receiver's: deleted by `deleteTensor`, or by the backend once it was made a tensor of it.
   */
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** TensorFlow's binding for Node, as far as it is asked anything here. */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  isUsingGpuDevice(): boolean;
  /** Executes an op on tensors by their handles. */
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): OutputTensor[];
  /** Copies a tensor's values; of some types, int8 among them, it does not. */
  tensorDataSync(id: number): ArrayLike<number>;
  deleteTensor(id: number): void;
}

/** TensorFlow's backend for tfjs, as far as kernels need it. It calls `releaseAttachment` when a tensor is no more. */
export interface TensorflowBackend extends KernelBackend {
  readonly binding: Binding;
  /** The handles of tensors; they stay the tensors' own. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** A tensor of what an op put out; the handle is the tensor's from now on. */
  createOutputTensor(output: OutputTensor): Tensor;
}
