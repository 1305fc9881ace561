import { gather, matMul, reshape, slice, sum, tensor1d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { EMBEDDED_OPS } from '../../recurrent/internal/embeddedOps.js';
import type {
  EmbeddedAttributes,
  EmbeddedGradInputs,
  EmbeddedInputs,
  EmbeddedOps,
} from '../../recurrent/internal/embeddedOps.js';
import { embeddedPlan } from '../../recurrent/internal/embeddedPlan.js';
import type { CellName, LayerWeights } from '../../recurrent/internal/RecurrentPass.js';
import { weightsByDirection } from '../../recurrent/internal/RecurrentPass.js';
import { CELL_SHADERS } from './cellShaders.js';
import { backwardRun, forwardRun, rowsTogether, runLayout } from './layerRun.js';
import type { LayerRun, Projection } from './layerRun.js';
import { project, recurrentGradients } from './recurrentEngine.js';
import { placesFrom, spreadRows, sumByToken } from './rowPrograms.js';

/** The run of a layer that starts from zeros and needs only the output of each row at its last token. */
const lastRun = (layer: LayerWeights<Tensor>, attributes: EmbeddedAttributes): LayerRun => {
  const weights = weightsByDirection(layer);
  const plan = embeddedPlan(attributes, weights.length);
  const hiddenSize = layer.weight_hh_l0.shape[1]!;
  return {
    batch: attributes.size,
    hiddenSize,
    directions: weights.map((ofDirection, d) => ({ weights: ofDirection, schedule: plan[d]!.schedule })),
    fromState: false,
    initialShape: [],
    outputs: false,
    stateShape: [attributes.size, weights.length * hiddenSize],
  };
};

/** The embeddings of the distinct tokens of a direction. */
const distinctEmbeddings = (embeddings: Tensor, tokens: Int32Array): Tensor =>
  gather(embeddings, tensor1d(tokens, 'int32'));

/** Embedding and layer: a = x·W_ihᵀ + b_ih once for each distinct token of the batch. */
const embeddedForward = (
  cell: CellName,
  op: EmbeddedOps['last'],
  { embeddings, ...layer }: EmbeddedInputs<Tensor>,
  attributes: EmbeddedAttributes,
): readonly Tensor[] => {
  const run = lastRun(layer, attributes);
  const rows = rowsTogether(cell, run.hiddenSize);
  if (rows === undefined) return op.compose({ embeddings, ...layer }, attributes);
  const plan = embeddedPlan(attributes, run.directions.length);
  const projections = run.directions.map(({ weights }, d): Projection => {
    const { tokens, place } = plan[d]!.distinct;
    return { a: project(distinctEmbeddings(embeddings, tokens), weights), places: place };
  });
  const result = forwardRun(cell, run, rows, projections, {}, attributes.reserve);
  const states = runLayout(cell, run, attributes.reserve).cell;
  return [reshape(slice(result, [0], [states]), [...run.stateShape]), attributes.reserve ? result : zeros([0])];
};

/** The gradients of the embeddings and of the weights of the layer. */
const embeddedBackward = (
  cell: CellName,
  op: EmbeddedOps['lastGrad'],
  inputs: EmbeddedGradInputs<Tensor>,
  attributes: EmbeddedAttributes,
): readonly Tensor[] => {
  const { embeddings, reserve, dLast, ...layer } = inputs;
  const run = lastRun(layer, attributes);
  const rows = rowsTogether(cell, run.hiddenSize);
  if (rows === undefined) return op.compose(inputs, attributes);
  const plan = embeddedPlan(attributes, run.directions.length);
  const back = backwardRun(cell, run, rows, reserve, { output: undefined, hidden: dLast, cell: undefined });
  const [vocabularySize, embeddingDim] = embeddings.shape as [number, number];
  const width = CELL_SHADERS[cell].gates * run.hiddenSize;
  let dEmbeddings: Tensor | undefined;

  const dWeights = run.directions.flatMap(({ weights }, d) => {
    const { distinct } = plan[d]!;
    // dp[u] = Σ da over the pairs of token u; dW_ih = dpᵀ·x, db_ih = Σ dp, dx = dp·W_ih
    const dp = sumByToken({ array: back.result, at: back.layout.da[d]!, width }, distinct);
    const dx = matMul(dp, weights.weight_ih);
    const places = placesFrom(
      distinct.tokens.map((token) => (token === attributes.padIndex ? -1 : token)),
      vocabularySize,
    );
    dEmbeddings = spreadRows(
      { array: dx, at: 0, width: embeddingDim },
      places,
      { columns: embeddingDim, start: 0 },
      d === 0 ? 'put' : 'add',
      dEmbeddings,
    );
    const { weight_hh, bias_hh } = recurrentGradients(cell, run, reserve, back, d);
    return [matMul(dp, distinctEmbeddings(embeddings, distinct.tokens), true), weight_hh, sum(dp, 0), bias_hh];
  });
  return [reshape(dEmbeddings!, [vocabularySize, embeddingDim]), ...dWeights];
};

/** The kernels that combine embedding and recurrent layer. */
export const embeddedRecurrentKernels: readonly OpKernel[] = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) => {
  const { last, lastBidirectional, lastGrad } = EMBEDDED_OPS[cell];
  return [
    ...[last, lastBidirectional].map((op) =>
      composedKernel({ ...op, compose: (inputs, attributes) => embeddedForward(cell, op, inputs, attributes) }),
    ),
    composedKernel({
      ...lastGrad,
      compose: (inputs, attributes) => embeddedBackward(cell, lastGrad, inputs, attributes),
    }),
  ];
});
