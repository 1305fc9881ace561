import { random } from '../../contracts/random.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import { normal, uniform } from './draws.js';
import { weightShapes } from './weightShapes.js';

/**
 * The initial weights of a classifier, from PyTorch's distributions: embeddings N(0, 1) with zeros for the padding
 * token, all weights of a recurrent layer U(±1/√H), and a linear layer's U(±1/√I), where I is the number of its inputs
 * (Kaiming's with a = √5).
 *
 * @param config the classifier's configuration
 * @param seed any whole number; equal seeds give equal weights
 * @param embeddingSpread the standard deviation of the embeddings
 */
export const initialWeights = (config: ClassifierConfig, seed: number, embeddingSpread = 1): StateDict => {
  const draws = random(seed, 'weights');
  const shapes = weightShapes(config);
  const inputs = (layer: string): number => shapes.get(`${layer}.weight`)?.[1] ?? 1;
  const draw = (name: string, size: number): Float32Array => {
    if (name === 'embeddings.weight')
      return normal(draws, size, embeddingSpread).fill(
        0,
        config.padIndex * config.embeddingDim,
        (config.padIndex + 1) * config.embeddingDim,
      );
    const [layer = ''] = name.split('.');
    return uniform(draws, size, 1 / Math.sqrt(layer === 'rnn' ? config.hiddenDim : inputs(layer)));
  };
  return new Map(
    Array.from(shapes, ([name, shape]): [string, Weight] => [
      name,
      {
        shape,
        data: draw(
          name,
          shape.reduce((product, side) => product * side, 1),
        ),
      },
    ]),
  );
};
