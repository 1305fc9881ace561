/**
 * Differentiable ops on tfjs-core, and the backends that compute them. The embedded kernels run in Node, Deno, Bun and
 * browsers; libtensorflow and WebGPU in Node.
 *
 * @module headwater/ops
 */

// Differentiable ops on tfjs-core.
export { Adam, type AdamOptions } from '../ops/optimizers/Adam.js';
export {
  defineOp,
  registerKernels,
  type Op,
  type OpGradient,
  type OpKernel,
  type RunnableOp,
} from '../ops/definition/defineOp.js';
export { dropout } from '../ops/layers/dropout.js';
export type { DropoutOptions } from '../ops/layers/DropoutOptions.js';
export { embeddedRecurrentLast } from '../ops/recurrent/embeddedRecurrentLast.js';
export { embedding, type EmbeddingOptions } from '../ops/layers/embedding.js';
export { gatherLast } from '../ops/layers/gatherLast.js';
export { gru } from '../ops/recurrent/gru.js';
export { gruCell } from '../ops/recurrent/gruCell.js';
export { linear } from '../ops/layers/linear.js';
export { lstm, type LstmOutput, type LstmState } from '../ops/recurrent/lstm.js';
export { lstmCell, type LstmCellState } from '../ops/recurrent/lstmCell.js';
export { onBackend } from '../ops/backends/onBackend.js';
export { recurrentLast } from '../ops/recurrent/recurrentLast.js';
export type { CellName, CellWeights, LayerWeights } from '../ops/recurrent/internal/RecurrentPass.js';
export type { RecurrentOptions, RecurrentState } from '../ops/recurrent/internal/runLayer.js';
export { raiseEngineFlags } from '../ops/kernels/simd/machine/engineFlags.js';
export { BACKEND_NAME } from '../ops/definition/backendName.js';
export {
  backendVariant,
  registerBackend,
  type BackendOptions,
  type BackendVariant,
} from '../ops/backends/registerBackend.js';
export { registerOps, type RegisterOpsOptions } from '../ops/registerOps.js';
export { rnn, type RecurrentOutput } from '../ops/recurrent/rnn.js';
export { rnnCell } from '../ops/recurrent/rnnCell.js';
export { BACKEND_NAMES, selectBackend, type BackendName, type SelectedBackend } from '../ops/backends/selectBackend.js';
export { softmax } from '../ops/layers/softmax.js';
export { softmaxCrossEntropy } from '../ops/layers/softmaxCrossEntropy.js';

// Pooling, sparse rows, and the optimizers of models that have them.
export { attentionPool } from '../ops/pooling/attentionPool.js';
export { attentionWeights } from '../ops/pooling/attentionWeights.js';
export { clipByGlobalNorm } from '../ops/optimizers/clipByGlobalNorm.js';
export { concatFeatures } from '../ops/layers/concatFeatures.js';
export { distinctWords, type DistinctWords } from '../ops/sparse/distinctWords.js';
export { featureDropout } from '../ops/sparse/featureDropout.js';
export { indexedRecurrent, type IndexedBatch } from '../ops/recurrent/indexedRecurrent.js';
export { maxMeanPool } from '../ops/pooling/maxMeanPool.js';
export { maxPool } from '../ops/pooling/maxPool.js';
export { meanPool } from '../ops/pooling/meanPool.js';
export { cosineRate, linearRate, oneCycle, warmUpRate, type OneCycleOptions } from '../ops/optimizers/rateSchedules.js';
export { recurrentStack, type RecurrentStackOptions, type StackWeights } from '../ops/recurrent/recurrentStack.js';
export { RowAdagrad, type RowAdagradOptions } from '../ops/optimizers/RowAdagrad.js';
export { RowAdam, type RowAdamOptions } from '../ops/optimizers/RowAdam.js';
export { RowTable, type FoundRows, type LookUpOptions } from '../ops/sparse/RowTable.js';
export { sparseLinear } from '../ops/sparse/sparseLinear.js';
export { vectorEmbedding, type VectorEmbeddingInput, type VectorRows } from '../ops/layers/vectorEmbedding.js';
export { wordDropout } from '../ops/layers/wordDropout.js';
