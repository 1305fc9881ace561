import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import { embeddedRecurrentLast } from '../../ops/recurrent/embeddedRecurrentLast.js';
import { linear } from '../../ops/layers/linear.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';

/**
 * The classifier's equations: embeddings → recurrent layer → its output at each row's last token → fc1 → fc2, without
 * an activation between them, as in the lesson. There is no dropout: `classifierGradients` computes the gradients of a
 * train step.
 *
 * @param config the classifier's configuration
 * @param weights by name, on the current backend
 * @returns logits, shape [B, C], float32; differentiable with respect to the weights
 */
export const classifierLogits = (
  config: ClassifierConfig,
  weights: ReadonlyMap<string, Tensor>,
  batch: PaddedBatch,
): Tensor2D => {
  const weight = (name: string): Tensor => {
    const found = weights.get(name);
    if (found === undefined) throw new HeadwaterError('HW_ARTIFACT', `The classifier has no weight named ${name}.`);
    return found;
  };
  const recurrent = {
    weight_ih_l0: weight('rnn.weight_ih_l0'),
    weight_hh_l0: weight('rnn.weight_hh_l0'),
    bias_ih_l0: weight('rnn.bias_ih_l0'),
    bias_hh_l0: weight('rnn.bias_hh_l0'),
    ...(config.bidirectional && {
      weight_ih_l0_reverse: weight('rnn.weight_ih_l0_reverse'),
      weight_hh_l0_reverse: weight('rnn.weight_hh_l0_reverse'),
      bias_ih_l0_reverse: weight('rnn.bias_ih_l0_reverse'),
      bias_hh_l0_reverse: weight('rnn.bias_hh_l0_reverse'),
    }),
  };
  const last = embeddedRecurrentLast(config.cell, weight('embeddings.weight'), batch, recurrent, {
    padIndex: config.padIndex,
    overPadding: config.overPadding,
  });
  const features = linear(last, weight('fc1.weight'), weight('fc1.bias'));
  return linear(features, weight('fc2.weight'), weight('fc2.bias'));
};
