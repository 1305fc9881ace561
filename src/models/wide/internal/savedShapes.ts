import type { WideGruConfig } from '../WideGruConfig.js';
import { wideGruShapes } from './firstWeights.js';

/**
 * The shapes of all the saved weights of a wide GRU, by name.
 *
 * @param touched the number of tokens with embeddings, and the number of columns with weights
 */
export const savedShapes = (
  config: WideGruConfig,
  touched: { readonly embeddings: number; readonly wide: number },
): ReadonlyMap<string, readonly number[]> =>
  new Map<string, readonly number[]>([
    ...wideGruShapes(config),
    ['embeddings.rows', [touched.embeddings]],
    ['embeddings.values', [touched.embeddings, config.embeddingDim]],
    ...(config.columns === 0
      ? []
      : ([
          ['wide.rows', [touched.wide]],
          ['wide.values', [touched.wide, config.classes]],
        ] as const)),
  ]);
