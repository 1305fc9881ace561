import type { Variable } from '@tensorflow/tfjs-core';
import type { PaddedBatch } from '../../../contracts/rows/PaddedBatch.js';
import { smallBatches } from '../../../ops/backends/smallBatches.js';
import { BACKEND_NAME } from '../../../ops/definition/backendName.js';
import type { VectorRows } from '../../../ops/layers/vectorEmbedding.js';
import type { RowTable } from '../../../ops/sparse/RowTable.js';
import type { WideGruConfig } from '../WideGruConfig.js';

/** What a wide GRU is computed from. */
interface Parts {
  readonly vectors: VectorRows;
  readonly embeddings: RowTable;
  /** Undefined where it has no wide part. */
  readonly wide: RowTable | undefined;
  readonly weights: ReadonlyMap<string, Variable>;
}

/** A wide GRU for batches of a few short rows. */
export interface SmallWideGru {
  /** What the ops compute of a batch, bit by bit; undefined where the batch is not small, or may not fit. */
  compute(batch: PaddedBatch, wanted: 'logits' | 'probabilities'): Float32Array | undefined;
  /** Forgets what was computed from weights, for they are to change. */
  forget(): void;
  /** Gives its memory back. */
  dispose(): void;
}

const NEVER_SMALL: SmallWideGru = { compute: () => undefined, forget: () => undefined, dispose: () => undefined };

/**
 * Makes what computes a wide GRU without tensors for batches of a few short rows, on the embedded backend; on another
 * one, no batch is small.
 */
export const smallWideGru = (
  config: WideGruConfig,
  backend: string,
  { vectors, embeddings, wide, weights }: Parts,
): SmallWideGru => {
  if (backend !== BACKEND_NAME) return NEVER_SMALL;
  const { hiddenDim, embeddingDim, classes, temperature, padIndex } = config;
  const small = smallBatches(
    {
      hiddenDim,
      embeddingDim,
      classes,
      temperature,
      vectors,
      lookUp: (tokens) => embeddings.lookUp(tokens, { without: padIndex }),
      lookUpColumns: (ids) => wide!.lookUp(ids), // asked for only where the batch is given with features
    },
    (name) => weights.get(name)!, // by the names of `wideGruShapes`
  );
  return {
    ...small,
    compute: (batch, wanted) => {
      const { vectorIds, features } = batch;
      if ((config.vectors && vectorIds === undefined) || (wide !== undefined && features === undefined))
        return undefined;
      return small.compute(
        {
          ...batch,
          vectorIds: config.vectors ? vectorIds : undefined,
          features: wide === undefined ? undefined : features,
        },
        wanted,
      );
    },
  };
};
