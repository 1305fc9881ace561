import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../../ClassifierConfig.js';
import { ONNX_TYPE, type OnnxNode } from './onnxModel.js';
import type { OnnxGraph, OnnxPart } from './OnnxPart.js';
import { recurrentNode } from './recurrentNode.js';

/** The forward direction: it stops at each row's length, so its final state is the output at the last token. */
const forwardPart = (config: ClassifierConfig, weights: StateDict): OnnxPart => {
  const { node, tensors } = recurrentNode(config, weights, '', 'forward', {
    x: 'embedded',
    lengths: 'lengths_int32',
    last: 'forward_states',
  });
  return {
    nodes: [node, { op: 'Squeeze', inputs: ['forward_states', 'axis_0'], outputs: ['forward_last'] }],
    tensors,
  };
};

/** The reverse direction at the last token. It starts there and has read only that token, so it takes one step. */
const reversePart = (config: ClassifierConfig, weights: StateDict): OnnxPart => {
  const { node, tensors } = recurrentNode(config, weights, '_reverse', 'forward', {
    x: 'last_embedded',
    last: 'reverse_states',
  });
  return {
    nodes: [
      {
        op: 'GatherElements',
        inputs: ['tokens', 'last_places'],
        outputs: ['last_tokens'],
        attributes: { axis: 1 },
      },
      {
        op: 'Transpose',
        inputs: ['last_tokens'],
        outputs: ['last_tokens_by_time'],
        attributes: { perm: [1, 0] },
      },
      { op: 'Gather', inputs: ['embeddings.weight', 'last_tokens_by_time'], outputs: ['last_embedded'] },
      node,
      { op: 'Squeeze', inputs: ['reverse_states', 'axis_0'], outputs: ['reverse_last'] },
    ],
    tensors,
  };
};

/** The reverse direction over the padding. It runs from the end of the batch to each row's last token. */
const reverseOverPadding = (config: ClassifierConfig, weights: StateDict): OnnxPart => {
  const { node, tensors } = recurrentNode(config, weights, '_reverse', 'reverse', {
    x: 'embedded',
    outputs: 'reverse_outputs',
  });
  return {
    nodes: [
      node,
      { op: 'Squeeze', inputs: ['reverse_outputs', 'axis_1'], outputs: ['reverse_by_time'] },
      {
        op: 'Transpose',
        inputs: ['reverse_by_time'],
        outputs: ['reverse_by_row'],
        attributes: { perm: [1, 0, 2] },
      },
      {
        op: 'GatherND',
        inputs: ['reverse_by_row', 'last_places'],
        outputs: ['reverse_last'],
        attributes: { batch_dims: 1 },
      },
    ],
    tensors,
  };
};

/** The graph of a classifier of the lesson. */
export const lessonGraph = (config: ClassifierConfig, weights: StateDict): OnnxGraph => {
  const forward = forwardPart(config, weights);
  const reverse = config.bidirectional
    ? (config.overPadding ? reverseOverPadding : reversePart)(config, weights)
    : undefined;
  const linear = (x: string, layer: string, y: string): OnnxNode => ({
    op: 'Gemm',
    inputs: [x, `${layer}.weight`, `${layer}.bias`],
    outputs: [y],
    attributes: { transB: 1 },
  });
  return {
    inputs: [
      { name: 'tokens', type: ONNX_TYPE.int64, shape: ['batch', 'time'] },
      { name: 'lengths', type: ONNX_TYPE.int64, shape: ['batch'] },
    ],
    classes: config.classes,
    nodes: [
      { op: 'Cast', inputs: ['lengths'], outputs: ['lengths_int32'], attributes: { to: ONNX_TYPE.int32 } },
      { op: 'Transpose', inputs: ['tokens'], outputs: ['tokens_by_time'], attributes: { perm: [1, 0] } },
      { op: 'Gather', inputs: ['embeddings.weight', 'tokens_by_time'], outputs: ['embedded'] },
      ...forward.nodes,
      ...(reverse
        ? [
            { op: 'Sub', inputs: ['lengths', 'one'], outputs: ['last_place'] },
            { op: 'Unsqueeze', inputs: ['last_place', 'axis_1'], outputs: ['last_places'] },
            ...reverse.nodes,
            { op: 'Concat', inputs: ['forward_last', 'reverse_last'], outputs: ['last'], attributes: { axis: 1 } },
          ]
        : []),
      linear(reverse ? 'last' : 'forward_last', 'fc1', 'features'),
      linear('features', 'fc2', 'logits'),
    ],
    tensors: [
      { name: 'axis_0', shape: [1], data: [0] },
      ...(reverse
        ? [
            { name: 'axis_1', shape: [1], data: [1] },
            { name: 'one', shape: [1], data: [1] },
          ]
        : []),
      ...['embeddings.weight', 'fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'].map((name) => ({
        name,
        ...weights.get(name)!, // `checkArtifacts` has verified that each weight of the configuration exists
      })),
      ...forward.tensors,
      ...(reverse?.tensors ?? []),
    ],
  };
};
