import type { Random } from '../../contracts/random.js';
import { random } from '../../contracts/random.js';
import type { StateDict, Weight } from '../../contracts/StateDict.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import { weightShapes } from './weightShapes.js';

/** Draws from N(0, 1), two at a time, by the transform of Box and Muller (1958). */
const normal = (draws: Random, size: number): Float32Array => {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - draws.uniform())); // 1 − u is never 0
    const angle = 2 * Math.PI * draws.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < size) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
};

/** Draws from U(−bound, bound). */
const uniform = (draws: Random, size: number, bound: number): Float32Array =>
  Float32Array.from({ length: size }, () => (2 * draws.uniform() - 1) * bound);

/**
 * The weights that a classifier starts from, distributed as PyTorch's: embeddings N(0, 1) with zeros for the padding
 * token, all of a recurrent layer U(±1/√H), and a linear layer's U(±1/√I), where I is the number of its inputs
 * (Kaiming's with a = √5).
 *
 * @param config what the classifier is made of
 * @param seed any whole number; equal seeds give equal weights
 */
export const initialWeights = (config: ClassifierConfig, seed: number): StateDict => {
  const draws = random(seed, 'weights');
  const shapes = weightShapes(config);
  const inputs = (layer: string): number => shapes.get(`${layer}.weight`)?.[1] ?? 1;
  const draw = (name: string, size: number): Float32Array => {
    if (name === 'embeddings.weight')
      return normal(draws, size).fill(
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
