import { checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { CellName, LayerWeights } from './internal/RecurrentPass.js';
import { FORWARD_WEIGHTS, REVERSE_WEIGHTS, namedWeights } from './internal/recurrentOps.js';
import { runLayer } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/** The weights of stacked layers under PyTorch's names: `weight_ih_l0`, `weight_ih_l1_reverse`, and so on. */
export type StackWeights<T> = Readonly<Record<string, T>>;

/** Options of {@link recurrentStack}. */
export interface RecurrentStackOptions extends Pick<RecurrentOptions, 'overPadding'> {
  /**
   * A function between two layers, such as dropout: it makes the input of the next layer from the output of a layer,
   * numbered from 0. Default: the output is the input.
   */
  readonly between?: ((output: Tensor3D, layer: number) => Tensor) | undefined;
}

/** The number of layers: counts consecutive layers that have input weights, from 0. */
export const layersOf = (weights: StackWeights<unknown>): number => {
  let layers = 0;
  while (weights[`weight_ih_l${layers}`] !== undefined) layers++;
  return layers;
};

/** The weights of one layer of a stack, under the names of a single layer. */
export const layerOf = <T>(weights: StackWeights<T>, layer: number): LayerWeights<T> => {
  const weightOf = (name: string): T | undefined => weights[name.replace('_l0', `_l${layer}`)];
  const given = [...FORWARD_WEIGHTS, ...REVERSE_WEIGHTS].filter((name) => weightOf(name) !== undefined);
  return namedWeights(
    given,
    given.map((name) => weightOf(name)!),
  );
};

/**
 * Runs stacked recurrent layers, each over the outputs of the previous one, as PyTorch's `num_layers`.
 *
 * @param cell the kind of layers: `rnn`, `gru` or `lstm`
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T; undefined if all lengths are T
 * @param weights under PyTorch's names; they determine the number of layers. The layers above the first have input
 *   weights of shape [G·H, D·H]
 * @param options padding, and the function between two layers
 * @returns the outputs of the last layer, shape [B, T, D·H], float32, zero past the length of a row; differentiable in
 *   x and the weights
 * @throws HeadwaterError `HW_USAGE` when there are no weights, or the shapes, dtypes or lengths do not fit
 *
 * @example
 * ```ts
 * import { recurrentStack, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const layer = (n: number, inputs: number) => ({
 *   [`weight_ih_l${n}`]: tf.ones([12, inputs]),
 *   [`weight_hh_l${n}`]: tf.zeros([12, 4]),
 *   [`bias_ih_l${n}`]: tf.zeros([12]),
 *   [`bias_hh_l${n}`]: tf.zeros([12]),
 * });
 * recurrentStack('gru', tf.ones([3, 5, 2]), Int32Array.of(5, 2, 1), { ...layer(0, 2), ...layer(1, 4) }).shape;
 * // [3, 5, 4]
 * ```
 */
export const recurrentStack = (
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: StackWeights<Tensor>,
  options: RecurrentStackOptions = {},
): Tensor3D => {
  checkArgument('recurrentStack', 'weights', weights, 'the weights of the layers, under the names of PyTorch');

  checkTypes('recurrentStack', options, { overPadding: 'boolean' });
  const { overPadding, between = (output: Tensor3D): Tensor => output } = options;
  const layers = layersOf(weights);
  if (layers === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      'recurrentStack was given no weight_ih_l0. Give the weights of at ' +
        'least one layer, under the names that PyTorch has for them.',
    );
  const run = (input: Tensor, layer: number): Tensor3D => {
    const {
      output,
      hidden,
      cell: state,
    } = runLayer('recurrentStack', cell, input, lengths, layerOf(weights, layer), { overPadding });
    hidden.dispose();
    state?.dispose();
    return output;
  };
  let output = run(x, 0);
  for (let layer = 1; layer < layers; layer++) output = run(between(output, layer - 1), layer);
  return output;
};
