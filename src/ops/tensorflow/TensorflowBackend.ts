import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** An attribute of an op of TensorFlow, in the format of the binding. */
export interface OpAttribute {
  readonly name: string;
  /** One of the binding's `TF_ATTR_…`. */
  readonly type: number;
  readonly value: string | number | boolean;
}

/** The binding's description of an output tensor of an op. */
export interface OutputTensor {
  /**
   * The handle of the tensor. The receiver owns it, and deletes it with `deleteTensor`, unless it makes a tensor of the
   * backend from it; then the backend deletes it.
   */
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** The used part of TensorFlow's binding for Node. */
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
  /** Copies the values of a tensor. Some types, such as int8, are not supported. */
  tensorDataSync(id: number): ArrayLike<number>;
  deleteTensor(id: number): void;
}

/**
 * The part of TensorFlow's backend for tfjs that the kernels use. It calls `releaseAttachment` when it disposes of a
 * tensor.
 */
export interface TensorflowBackend extends KernelBackend {
  readonly binding: Binding;
  /** The handles of tensors. The tensors still own them. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** Makes a tensor from an output of an op. The tensor then owns the handle. */
  createOutputTensor(output: OutputTensor): Tensor;
}
