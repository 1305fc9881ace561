import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { LinearConfig } from '../../linear/LinearConfig.js';
import { ONNX_TYPE } from './onnxModel.js';
import type { OnnxGraph, OnnxPart } from './OnnxPart.js';
import { FEATURE_INPUTS, sparsePart } from './sparsePart.js';

/**
 * The logits of a linear classifier, from hashed features and the number of rows.
 *
 * @param prefix the prefix of the names of its weights
 * @param output the name of the logits' value, float32 [B, C]
 */
export const linearPart = (config: LinearConfig, weights: StateDict, prefix: string, output: string): OnnxPart => {
  const name = (of: string): string => `${prefix}${of}`;
  const sparse = sparsePart(weights, config.columns, prefix, { base: name('biases'), output: name('sums') });
  return {
    nodes: [
      { op: 'Concat', inputs: ['rows', name('classes')], outputs: [name('shape')], attributes: { axis: 0 } },
      { op: 'Expand', inputs: [name('bias'), name('shape')], outputs: [name('biases')] },
      ...sparse.nodes,
      { op: 'Div', inputs: [name('sums'), name('temperature')], outputs: [output] },
    ],
    tensors: [
      ...sparse.tensors,
      { name: name('bias'), ...weights.get(`${prefix}bias`)! }, // `checkArtifacts` has verified that it exists
      { name: name('classes'), shape: [1], data: [config.classes] },
      { name: name('temperature'), shape: [1], data: Float32Array.of(config.temperature) },
    ],
  };
};

/** A constant of every graph with hashed features: an axis. */
export const AXIS = { name: 'axis_1', shape: [1], data: [1] } as const;

/** The graph of a linear classifier. */
export const linearGraph = (config: LinearConfig, weights: StateDict): OnnxGraph => {
  const part = linearPart(config, weights, '', 'logits');
  return {
    inputs: [{ name: 'rows', type: ONNX_TYPE.int64, shape: [1] }, ...FEATURE_INPUTS],
    classes: config.classes,
    nodes: part.nodes,
    tensors: [AXIS, ...part.tensors],
  };
};
