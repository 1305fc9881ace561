import { random } from '../../../contracts/random.js';
import type { StateDict, Weight } from '../../../contracts/models/StateDict.js';
import { normal, uniform } from '../../internal/draws.js';
import type { WideGruConfig } from '../WideGruConfig.js';

/** The standard deviation of the initial embeddings of a model without word vectors. */
const SPREAD = 0.1;

/** The name of the weight to which the tokens' outputs are compared where they are pooled by attention. */
export const QUERY = 'attention.query';

/** The shapes of a wide GRU's dense weights, by name. */
export const wideGruShapes = (config: WideGruConfig): ReadonlyMap<string, readonly number[]> => {
  const { embeddingDim, hiddenDim, classes, pooling } = config;
  const rows = 3 * hiddenDim;
  return new Map<string, readonly number[]>([
    ...['', '_reverse'].flatMap((direction): [string, readonly number[]][] => [
      [`rnn.weight_ih_l0${direction}`, [rows, embeddingDim]],
      [`rnn.weight_hh_l0${direction}`, [rows, hiddenDim]],
      [`rnn.bias_ih_l0${direction}`, [rows]],
      [`rnn.bias_hh_l0${direction}`, [rows]],
    ]),
    ['head.weight', [classes, 4 * hiddenDim]],
    ['head.bias', [classes]],
    ...(pooling === 'attention' ? ([[QUERY, [2 * hiddenDim]]] as const) : []),
  ]);
};

/**
 * The initial weights of a wide GRU: the GRU's from U(±1/√H), the head's from U(±1/√(4H)). Embeddings are zeros with
 * word vectors, and from N(0, 0.1²) without them. The wide part is zeros. The query of attention is zeros too, so that
 * it starts as the mean.
 */
export const firstWeights = (config: WideGruConfig, seed: number): StateDict => {
  const { hiddenDim, vocabularySize, embeddingDim, padIndex, vectors, columns, classes } = config;
  const draws = random(seed, 'weights');
  const dense = Array.from(wideGruShapes(config), ([name, shape]): [string, Weight] => {
    const size = shape.reduce((product, side) => product * side, 1);
    if (name === QUERY) return [name, { shape, data: new Float32Array(size) }];
    const bound = 1 / Math.sqrt(name.startsWith('head.') ? 4 * hiddenDim : hiddenDim);
    return [name, { shape, data: uniform(draws, size, bound) }];
  });
  const rows = Float32Array.from({ length: vocabularySize }, (_, id) => id).filter((id) => !vectors && id !== padIndex);
  const values = normal(draws, rows.length * embeddingDim, SPREAD);
  return new Map<string, Weight>([
    ...dense,
    ['embeddings.rows', { shape: [rows.length], data: rows }],
    ['embeddings.values', { shape: [rows.length, embeddingDim], data: values }],
    ...(columns === 0
      ? []
      : ([
          ['wide.rows', { shape: [0], data: new Float32Array(0) }],
          ['wide.values', { shape: [0, classes], data: new Float32Array(0) }],
        ] as const)),
  ]);
};
