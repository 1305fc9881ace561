import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { VectorRows } from '../../../ops/layers/vectorEmbedding.js';
import { QUERY } from '../../wide/internal/firstWeights.js';
import { memberPrefix } from '../../wide/internal/meanOfNetworks.js';
import type { SumConfig } from '../../sum/SumConfig.js';
import type { WideGruConfig } from '../../wide/WideGruConfig.js';
import { AXIS, linearPart } from './linearGraph.js';
import { ONNX_TYPE, type OnnxNode, type OnnxValue } from './onnxModel.js';
import type { OnnxGraph, OnnxPart } from './OnnxPart.js';
import { recurrentNode } from './recurrentNode.js';
import { FEATURE_INPUTS, sparsePart } from './sparsePart.js';

/** Used as −∞ in a maximum, because the outputs of a GRU lie between −1 and 1. */
const LEAST = -2;

/** Used as −∞ in a softmax: the lowest float32. */
const LOWEST = -3.4028234663852886e38;

/** The common inputs of all networks of a graph: tokens and word vectors by time, and the mask of the real tokens. */
const readingPart = (config: WideGruConfig, vectors: VectorRows | undefined): OnnxPart => {
  const scale = vectors?.scales;
  return {
    nodes: [
      { op: 'Cast', inputs: ['lengths'], outputs: ['lengths_int32'], attributes: { to: ONNX_TYPE.int32 } },
      { op: 'Transpose', inputs: ['tokens'], outputs: ['tokens_by_time'], attributes: { perm: [1, 0] } },
      { op: 'Shape', inputs: ['tokens'], outputs: ['sizes'] },
      { op: 'Gather', inputs: ['sizes', 'place_0'], outputs: ['rows'] },
      { op: 'Gather', inputs: ['sizes', 'one'], outputs: ['time'] },
      { op: 'Range', inputs: ['zero', 'time', 'one'], outputs: ['steps'] },
      { op: 'Unsqueeze', inputs: ['steps', 'axis_1'], outputs: ['steps_by_row'] },
      { op: 'Less', inputs: ['steps_by_row', 'lengths'], outputs: ['is_token'] },
      { op: 'Unsqueeze', inputs: ['is_token', 'axis_2'], outputs: ['is_real'] },
      { op: 'Cast', inputs: ['lengths'], outputs: ['counts'], attributes: { to: ONNX_TYPE.float } },
      { op: 'Unsqueeze', inputs: ['counts', 'axis_1'], outputs: ['counts_by_row'] },
      ...(vectors === undefined
        ? []
        : ([
            { op: 'Transpose', inputs: ['vector_ids'], outputs: ['vectors_by_time'], attributes: { perm: [1, 0] } },
            { op: 'Gather', inputs: ['vectors', 'vectors_by_time'], outputs: ['vectors_found'] },
            {
              op: 'Cast',
              inputs: ['vectors_found'],
              outputs: [scale === undefined ? 'known' : 'vectors_unscaled'],
              attributes: { to: ONNX_TYPE.float },
            },
            ...(scale === undefined
              ? []
              : [
                  { op: 'Gather', inputs: ['vectors.scales', 'vectors_by_time'], outputs: ['scales_found'] },
                  { op: 'Mul', inputs: ['vectors_unscaled', 'scales_found'], outputs: ['known'] },
                ]),
          ] satisfies readonly OnnxNode[])),
    ],
    tensors: [
      AXIS,
      { name: 'axis_2', shape: [1], data: [2] },
      { name: 'place_0', shape: [1], data: [0] },
      { name: 'zero', shape: [], data: [0] },
      { name: 'one', shape: [], data: [1] },
      { name: 'least', shape: [], data: Float32Array.of(LEAST) },
      { name: 'nothing', shape: [], data: Float32Array.of(0) },
      ...(config.pooling === 'attention' ? [{ name: 'lowest', shape: [], data: Float32Array.of(LOWEST) }] : []),
      ...(vectors === undefined
        ? []
        : [
            {
              name: 'vectors',
              shape: [vectors.rows.length / config.embeddingDim, config.embeddingDim],
              data: vectors.rows,
            },
            ...(scale === undefined ? [] : [{ name: 'vectors.scales', shape: [scale.length, 1], data: scale }]),
          ]),
    ],
  };
};

/** The embeddings of all tokens; zeros for the padding and for tokens that were never trained. */
const embeddingsOf = ({ vocabularySize, embeddingDim }: WideGruConfig, weights: StateDict, prefix: string) => {
  const table = new Float32Array(vocabularySize * embeddingDim);
  // `checkArtifacts` has verified that this and the next weight exist.
  const { data } = weights.get(`${prefix}embeddings.values`)!;
  weights.get(`${prefix}embeddings.rows`)!.data.forEach((token, slot) => {
    table.set(data.subarray(slot * embeddingDim, (slot + 1) * embeddingDim), token * embeddingDim);
  });
  return table;
};

/** The mean of the tokens' outputs, as the second part of the pooled values. */
const meanNodes = (name: (of: string) => string): readonly OnnxNode[] => [
  { op: 'ReduceSum', inputs: [name('for_sum'), 'place_0'], outputs: [name('sum')], attributes: { keepdims: 0 } },
  { op: 'Div', inputs: [name('sum'), 'counts_by_row'], outputs: [name('second')] },
];

/** The sum of the tokens' outputs, weighted by attention. */
const attentionNodes = (name: (of: string) => string): readonly OnnxNode[] => [
  { op: 'MatMul', inputs: [name('for_sum'), name(QUERY)], outputs: [name('products')] },
  { op: 'Where', inputs: ['is_real', name('products'), 'lowest'], outputs: [name('scores')] },
  { op: 'Softmax', inputs: [name('scores')], outputs: [name('shares')], attributes: { axis: 0 } },
  { op: 'Mul', inputs: [name('for_sum'), name('shares')], outputs: [name('weighted')] },
  { op: 'ReduceSum', inputs: [name('weighted'), 'place_0'], outputs: [name('second')], attributes: { keepdims: 0 } },
];

/**
 * The logits of one network, before the temperature.
 *
 * @param prefix the prefix of the names of its weights
 * @param output the name of the logits' value, float32 [B, C]
 */
const networkPart = (config: WideGruConfig, weights: StateDict, prefix: string, output: string): OnnxPart => {
  const { vocabularySize, embeddingDim, columns, vectors, pooling, hiddenDim } = config;
  const name = (of: string): string => `${prefix}${of}`;
  const direction = (suffix: '' | '_reverse', way: 'forward' | 'reverse') =>
    recurrentNode(
      { ...config, cell: 'gru' },
      weights,
      suffix,
      way,
      { x: name('embedded'), lengths: 'lengths_int32', outputs: name(`states${suffix}`) },
      prefix,
    );
  const directions = [direction('', 'forward'), direction('_reverse', 'reverse')];
  const sparse = columns === 0 ? undefined : sparsePart(weights, columns, prefix, { base: name('network'), output });
  const found = vectors ? name('delta') : name('embedded');
  return {
    nodes: [
      { op: 'Gather', inputs: [name('embeddings'), 'tokens_by_time'], outputs: [found] },
      ...(vectors ? [{ op: 'Add', inputs: ['known', found], outputs: [name('embedded')] }] : []),
      ...directions.map(({ node }) => node),
      {
        op: 'Concat',
        inputs: [name('states'), name('states_reverse')],
        outputs: [name('both')],
        attributes: { axis: 3 },
      },
      { op: 'Squeeze', inputs: [name('both'), 'axis_1'], outputs: [name('by_time')] },
      { op: 'Where', inputs: ['is_real', name('by_time'), 'least'], outputs: [name('for_max')] },
      {
        op: 'ReduceMax',
        inputs: [name('for_max')],
        outputs: [name('max')],
        attributes: { axes: [0], keepdims: 0 },
      },
      { op: 'Where', inputs: ['is_real', name('by_time'), 'nothing'], outputs: [name('for_sum')] },
      ...(pooling === 'attention' ? attentionNodes(name) : meanNodes(name)),
      { op: 'Concat', inputs: [name('max'), name('second')], outputs: [name('pooled')], attributes: { axis: 1 } },
      {
        op: 'Gemm',
        inputs: [name('pooled'), name('head.weight'), name('head.bias')],
        outputs: [sparse === undefined ? output : name('network')],
        attributes: { transB: 1 },
      },
      ...(sparse?.nodes ?? []),
    ],
    tensors: [
      {
        name: name('embeddings'),
        shape: [vocabularySize, embeddingDim],
        data: embeddingsOf(config, weights, prefix),
      },
      ...directions.flatMap(({ tensors }) => tensors),
      ...['head.weight', 'head.bias'].map((of) => ({ name: name(of), ...weights.get(name(of))! })),
      ...(pooling === 'attention'
        ? [{ name: name(QUERY), shape: [2 * hiddenDim, 1], data: weights.get(name(QUERY))!.data }]
        : []),
      ...(sparse?.tensors ?? []),
    ],
  };
};

/** The logits of a wide GRU: the mean of its networks, divided by its temperature. */
const meanPart = (config: WideGruConfig, weights: StateDict, prefix: string, output: string): OnnxPart => {
  const members = config.members ?? 1;
  const prefixes = Array.from({ length: members }, (_, m) =>
    config.members === undefined ? prefix : `${prefix}${memberPrefix(m)}`,
  );
  const parts = prefixes.map((of) => networkPart(config, weights, of, `${of}logits_of_network`));
  return {
    nodes: [
      ...parts.flatMap(({ nodes }) => nodes),
      {
        op: 'Sum',
        inputs: prefixes.map((of) => `${of}logits_of_network`),
        outputs: [`${prefix}logits_of_all`],
      },
      { op: 'Div', inputs: [`${prefix}logits_of_all`, `${prefix}divisor`], outputs: [output] },
    ],
    tensors: [
      ...parts.flatMap(({ tensors }) => tensors),
      { name: `${prefix}divisor`, shape: [], data: Float32Array.of(members * config.temperature) },
    ],
  };
};

const inputsOf = (vectors: boolean, features: boolean): readonly OnnxValue[] => [
  { name: 'tokens', type: ONNX_TYPE.int64, shape: ['batch', 'time'] },
  { name: 'lengths', type: ONNX_TYPE.int64, shape: ['batch'] },
  ...(vectors ? [{ name: 'vector_ids', type: ONNX_TYPE.int64, shape: ['batch', 'time'] }] : []),
  ...(features ? FEATURE_INPUTS : []),
];

/** The graph of a wide GRU. */
export const wideGraph = (config: WideGruConfig, weights: StateDict, vectors: VectorRows | undefined): OnnxGraph => {
  const reading = readingPart(config, config.vectors ? vectors : undefined);
  const mean = meanPart(config, weights, '', 'logits');
  return {
    inputs: inputsOf(config.vectors, config.columns > 0),
    classes: config.classes,
    nodes: [...reading.nodes, ...mean.nodes],
    tensors: [...reading.tensors, ...mean.tensors],
  };
};

/** The graph of a sum of a wide GRU and a linear classifier. */
export const sumGraph = (config: SumConfig, weights: StateDict, vectors: VectorRows | undefined): OnnxGraph => {
  const { network, linear, networkWeight, linearWeight } = config;
  const reading = readingPart(network, network.vectors ? vectors : undefined);
  const parts = [
    meanPart(network, weights, 'network.', 'network.logits'),
    linearPart(linear, weights, 'linear.', 'linear.logits'),
  ];
  const scaled = (part: string): OnnxNode => ({
    op: 'Mul',
    inputs: [`${part}.logits`, `${part}.weight`],
    outputs: [`${part}.share`],
  });
  return {
    inputs: inputsOf(network.vectors, true),
    classes: config.classes,
    nodes: [
      ...reading.nodes,
      ...parts.flatMap(({ nodes }) => nodes),
      scaled('network'),
      scaled('linear'),
      { op: 'Add', inputs: ['network.share', 'linear.share'], outputs: ['logits'] },
    ],
    tensors: [
      ...reading.tensors,
      ...parts.flatMap(({ tensors }) => tensors),
      { name: 'network.weight', shape: [], data: Float32Array.of(networkWeight) },
      { name: 'linear.weight', shape: [], data: Float32Array.of(linearWeight) },
    ],
  };
};
