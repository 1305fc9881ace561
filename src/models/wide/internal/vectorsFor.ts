import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { VectorRows } from '../../../ops/layers/vectorEmbedding.js';
import type { WideGruSettings } from '../WideGruSettings.js';
import type { WideGruConfig } from '../WideGruConfig.js';

/** Returns the table of vectors of a model, or one row of zeros if it has none. */
export const vectorsFor = (
  { vectors: wanted, embeddingDim }: WideGruConfig,
  { vectors }: WideGruSettings,
  name: string,
): VectorRows => {
  if (!wanted) return { dims: embeddingDim, rows: new Int8Array(embeddingDim), scales: Float32Array.of(0) };
  if (vectors?.dims !== embeddingDim)
    throw new HeadwaterError(
      'HW_USAGE',
      `The model "${name}" needs word vectors of ${embeddingDim} numbers, but was given ` +
        `${vectors === undefined ? 'none' : `vectors of ${vectors.dims}`}.`,
    );
  return vectors;
};
