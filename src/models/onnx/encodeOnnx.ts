import { isLeft } from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { type Artifacts, checkArtifacts } from '../artifacts/Artifacts.js';
import { isLessonConfig } from '../artifacts/ModelConfig.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import { ONNX_TYPE, type OnnxNode, type OnnxTensor, writeOnnxModel } from './internal/onnxModel.js';
import { recurrentNode } from './internal/recurrentNode.js';

/** A protobuf message must stay below 2 GiB; some bytes are left for what is not weights. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

const DESCRIPTION =
  'A text classifier. tokens: the token numbers of each row, filled up with the padding token. ' +
  'lengths: the number of tokens of each row, at least 1. probabilities: those of each class.';

/** A part of the graph. */
interface Part {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** The forward direction: it stops at each row's length, so its final state is the output at the last token. */
const forwardPart = (config: ClassifierConfig, weights: StateDict): Part => {
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

/** The reverse direction at the last token: there it has read that token alone, so it takes one step. */
const reversePart = (config: ClassifierConfig, weights: StateDict): Part => {
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

/** The reverse direction over the padding: it comes from the end of the batch to each row's last token. */
const reverseOverPadding = (config: ClassifierConfig, weights: StateDict): Part => {
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

const graphOf = (config: ClassifierConfig, weights: StateDict): Part => {
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
      { op: 'Softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: 1 } },
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
        ...weights.get(name)!, // `checkArtifacts` has found each weight of the configuration
      })),
      ...forward.tensors,
      ...(reverse?.tensors ?? []),
    ],
  };
};

/**
 * Writes the network of a saved model as an ONNX file, which other runtimes read: onnxruntime, for one.
 *
 * The file holds the network, not the steps from a text to tokens: those are in `tokenizer.json` and `text.json`. Its
 * inputs are `tokens`, int64 [B, T], and `lengths`, int64 [B], each between 1 and T. Its outputs are `logits` and
 * `probabilities`, float32 [B, C]; they differ from Headwater's by rounding alone. Its metadata has `classes`, a JSON
 * array in the order of the outputs, `padIndex`, and `modelId` where the model has one. Operators are those of version
 * 17, the format of version 8. Equal artifacts give equal bytes. Holds the weights about three times more while it runs.
 *
 * @param artifacts a model of the lesson's architecture
 * @returns the bytes of the file
 * @throws HeadwaterError `HW_USAGE` for another architecture, or for weights of 2 GiB and more, which the format does
 *   not hold; `HW_ARTIFACT` when the artifacts do not belong together
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 *
 * @example
 * ```ts
 * import { encodeOnnx, loadArtifacts } from 'headwater';
 * import { writeFileSync } from 'node:fs';
 * const loaded = await loadArtifacts('artifacts/gru')();
 * if (loaded._tag === 'Right') writeFileSync('news.onnx', encodeOnnx(loaded.right));
 * ```
 */
export const encodeOnnx = (artifacts: Artifacts): Uint8Array => {
  const { config } = artifacts;
  if (!isLessonConfig(config))
    throw new HeadwaterError(
      'HW_USAGE',
      `A model of the architecture ${config.architecture} cannot be written as ONNX. Train one with --architecture lesson.`,
    );
  const checked = checkArtifacts(artifacts);
  if (isLeft(checked)) throw checked.left;
  const { weights, labelEncoder, modelId } = checked.right;
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_WEIGHT_BYTES)
    throw new HeadwaterError(
      'HW_USAGE',
      `The weights have ${bytes} bytes, and an ONNX file holds less than 2 GiB. Train a model with fewer words or a smaller --embedding-dim.`,
    );
  return writeOnnxModel({
    name: config.cell,
    description: DESCRIPTION,
    inputs: [
      { name: 'tokens', type: ONNX_TYPE.int64, shape: ['batch', 'time'] },
      { name: 'lengths', type: ONNX_TYPE.int64, shape: ['batch'] },
    ],
    outputs: [
      { name: 'probabilities', type: ONNX_TYPE.float, shape: ['batch', config.classes] },
      { name: 'logits', type: ONNX_TYPE.float, shape: ['batch', config.classes] },
    ],
    ...graphOf(config, weights),
    metadata: {
      classes: JSON.stringify(labelEncoder.classes),
      padIndex: String(config.padIndex),
      ...(modelId !== undefined && { modelId }),
    },
  });
};
