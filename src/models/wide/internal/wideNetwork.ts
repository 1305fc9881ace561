import type { Tensor } from '@tensorflow/tfjs-core';
import type { StepContext } from '../../../contracts/models/Trainable.js';
import type { PaddedBatch } from '../../../contracts/rows/PaddedBatch.js';
import { concatFeatures } from '../../../ops/layers/concatFeatures.js';
import { dropout } from '../../../ops/layers/dropout.js';
import type { DropoutOptions } from '../../../ops/layers/DropoutOptions.js';
import { linear } from '../../../ops/layers/linear.js';
import { vectorEmbedding, type VectorRows } from '../../../ops/layers/vectorEmbedding.js';
import { wordDropout } from '../../../ops/layers/wordDropout.js';
import { attentionPool } from '../../../ops/pooling/attentionPool.js';
import { maxMeanPool } from '../../../ops/pooling/maxMeanPool.js';
import { maxPool } from '../../../ops/pooling/maxPool.js';
import { indexedRecurrent } from '../../../ops/recurrent/indexedRecurrent.js';
import type { DistinctWords } from '../../../ops/sparse/distinctWords.js';
import type { FoundRows } from '../../../ops/sparse/RowTable.js';
import { sparseLinear } from '../../../ops/sparse/sparseLinear.js';
import type { WideGruConfig } from '../WideGruConfig.js';
import { QUERY } from './firstWeights.js';

/** The places of dropout. Each draws from its own random sequence. */
const SITES = { words: 1, embeddings: 2, pooled: 3 };

/** The rows that a batch looked up. */
export interface Found {
  /** The distinct words of the batch. */
  readonly words: DistinctWords;
  /** Their rows of the embeddings. */
  readonly tokens: FoundRows;
  readonly features: FoundRows | undefined;
}

/** The computation of a wide GRU from tensors. */
interface WideNetwork {
  /** The outputs of the GRU for all tokens of a batch, [B, T, 2·H]. With a context, values are dropped. */
  outputs(
    delta: Tensor,
    byName: ReadonlyMap<string, Tensor>,
    batch: PaddedBatch,
    found: Found,
    context?: StepContext,
  ): Tensor;
  /**
   * The logits of a batch. With a context, they are computed as in a train step.
   *
   * @param tensors the embeddings of the found tokens, the rows of the found features, and the dense weights
   */
  forward(tensors: readonly Tensor[], batch: PaddedBatch, found: Found, context?: StepContext): Tensor;
}

/**
 * Makes the computation of a wide GRU.
 *
 * @param names the names of the dense weights, in the order of their tensors
 */
export const wideNetwork = (
  config: WideGruConfig,
  { seed, vectors, names }: { readonly seed: number; readonly vectors: VectorRows; readonly names: readonly string[] },
): WideNetwork => {
  /** The options of dropout at a site. Without a context nothing is dropped. */
  const drops = (rate: number, site: number, context: StepContext | undefined): DropoutOptions => ({
    rate,
    seed,
    site,
    epoch: context?.epoch ?? 1,
    step: context?.step ?? 0,
    training: context !== undefined,
  });

  const outputs: WideNetwork['outputs'] = (delta, byName, { size, time, lengths }, found, context) => {
    const { places, vectorIds } = found.words;
    const input = { size: vectorIds.length, vectorIds, places: found.tokens.places };
    const kept = wordDropout(vectorEmbedding(delta, vectors, input), drops(config.wordDropout, SITES.words, context));
    const rows = dropout(kept, drops(config.dropout, SITES.embeddings, context));
    return indexedRecurrent(
      'gru',
      rows,
      { size, time, places, lengths },
      {
        weight_ih_l0: byName.get('rnn.weight_ih_l0')!,
        weight_hh_l0: byName.get('rnn.weight_hh_l0')!,
        bias_ih_l0: byName.get('rnn.bias_ih_l0')!,
        bias_hh_l0: byName.get('rnn.bias_hh_l0')!,
        weight_ih_l0_reverse: byName.get('rnn.weight_ih_l0_reverse')!,
        weight_hh_l0_reverse: byName.get('rnn.weight_hh_l0_reverse')!,
        bias_ih_l0_reverse: byName.get('rnn.bias_ih_l0_reverse')!,
        bias_hh_l0_reverse: byName.get('rnn.bias_hh_l0_reverse')!,
      },
    );
  };

  const pool = (output: Tensor, lengths: Int32Array, byName: ReadonlyMap<string, Tensor>): Tensor =>
    config.pooling === 'attention'
      ? concatFeatures(maxPool(output, lengths), attentionPool(output, lengths, byName.get(QUERY)!))
      : maxMeanPool(output, lengths);

  const forward: WideNetwork['forward'] = (tensors, batch, found, context) => {
    const [delta, wideRows, ...denseTensors] = tensors as [Tensor, Tensor, ...Tensor[]];
    const byName = new Map(names.map((key, i) => [key, denseTensors[i]!]));
    const output = outputs(delta, byName, batch, found, context);
    const pooled = dropout(pool(output, batch.lengths, byName), drops(config.dropout, SITES.pooled, context));
    const logits = linear(pooled, byName.get('head.weight')!, byName.get('head.bias')!);
    if (found.features === undefined) return logits;
    const { offsets, values } = batch.features!;
    return sparseLinear(wideRows, { offsets, ids: found.features.places, values }, logits);
  };

  return { outputs, forward };
};
