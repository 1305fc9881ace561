import type { Variable } from '@tensorflow/tfjs-core';
import { type SmallBatches, smallBatches } from '../../../ops/backends/smallBatches.js';
import { BACKEND_NAME } from '../../../ops/definition/backendName.js';
import type { VectorRows } from '../../../ops/layers/vectorEmbedding.js';
import type { RowTable } from '../../../ops/sparse/RowTable.js';
import type { WideGruConfig } from '../WideGruConfig.js';

/** The parts of a wide GRU. */
interface Parts {
  readonly vectors: VectorRows;
  readonly embeddings: RowTable;
  /** Undefined if the model has no wide part. */
  readonly wide: RowTable | undefined;
  readonly weights: ReadonlyMap<string, Variable>;
}

const NEVER_SMALL: SmallBatches = { compute: () => undefined, forget: () => undefined, dispose: () => undefined };

/**
 * Makes a function that computes a wide GRU without tensors, for batches of a few short rows on the embedded backend.
 * On another backend, or with attention, no batch counts as small.
 */
export const smallWideGru = (
  config: WideGruConfig,
  backend: string,
  { vectors, embeddings, wide, weights }: Parts,
): SmallBatches => {
  if (backend !== BACKEND_NAME || config.pooling === 'attention') return NEVER_SMALL;
  const { hiddenDim, embeddingDim, classes, temperature, padIndex } = config;
  const small = smallBatches(
    {
      hiddenDim,
      embeddingDim,
      classes,
      temperature,
      vectors,
      lookUp: (tokens) => embeddings.lookUp(tokens, { without: padIndex }),
      lookUpColumns: (ids) => wide!.lookUp(ids), // called only for a batch with features
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
