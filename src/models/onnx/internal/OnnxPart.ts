import type { OnnxNode, OnnxTensor, OnnxValue } from './onnxModel.js';

/** A part of a graph: its operations and their constant tensors. */
export interface OnnxPart {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** A whole graph from inputs to `logits`, float32 [B, C]. */
export interface OnnxGraph extends OnnxPart {
  readonly inputs: readonly OnnxValue[];
  /** The number of classes. */
  readonly classes: number;
}
