import { GATES } from '../../ops/recurrent/internal/checkRecurrent.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';

/**
 * The shapes of a classifier's weights by name, with PyTorch's names and order of definition.
 *
 * @param config the classifier's configuration
 */
export const weightShapes = (config: ClassifierConfig): ReadonlyMap<string, readonly number[]> => {
  const { vocabularySize, embeddingDim, hiddenDim, fcDim, classes } = config;
  const directions = config.bidirectional ? ['', '_reverse'] : [''];
  const rows = GATES[config.cell] * hiddenDim;
  return new Map<string, readonly number[]>([
    ['embeddings.weight', [vocabularySize, embeddingDim]],
    ...directions.flatMap((direction): [string, readonly number[]][] => [
      [`rnn.weight_ih_l0${direction}`, [rows, embeddingDim]],
      [`rnn.weight_hh_l0${direction}`, [rows, hiddenDim]],
      [`rnn.bias_ih_l0${direction}`, [rows]],
      [`rnn.bias_hh_l0${direction}`, [rows]],
    ]),
    ['fc1.weight', [fcDim, directions.length * hiddenDim]],
    ['fc1.bias', [fcDim]],
    ['fc2.weight', [classes, fcDim]],
    ['fc2.bias', [classes]],
  ]);
};
