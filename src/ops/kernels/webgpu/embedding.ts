import { reshape } from '@tensorflow/tfjs-core';
import { composedKernel } from '../../definition/defineOp.js';
import type { OpKernel } from '../../definition/defineOp.js';
import { embeddingGradOp } from '../../layers/embedding.js';
import { distinctTokens } from '../../recurrent/internal/distinctTokens.js';
import { slotsFor } from '../../recurrent/internal/embeddedPlan.js';
import { placesFrom, spreadRows, sumByToken } from './rowPrograms.js';

/**
 * The kernel of the gradient of the embedding. The composition would add with atomics, in an order that changes from
 * run to run.
 */
export const embeddingKernels: readonly OpKernel[] = [
  composedKernel({
    ...embeddingGradOp,
    compose: ({ dOutput }, { tokens, padIndex, vocabularySize }) => {
      const width = dOutput.shape[2]!;
      const distinct = distinctTokens(
        tokens,
        tokens.map((_, place) => place),
        slotsFor(vocabularySize),
      );
      const sums = sumByToken({ array: dOutput, at: 0, width }, distinct);
      const places = placesFrom(
        distinct.tokens.map((token) => (token === padIndex ? -1 : token)),
        vocabularySize,
      );
      return [
        reshape(spreadRows({ array: sums, at: 0, width }, places, { columns: width, start: 0 }, 'put'), [
          vocabularySize,
          width,
        ]),
      ];
    },
  }),
];
