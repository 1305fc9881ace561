import { concatMap, from, map, type OperatorFunction, tap } from 'rxjs';
import type { Headline } from '../../contracts/rows/Row.js';
import type { DeferredTrainable, Trainable } from '../../contracts/models/Trainable.js';
import { bucketByLength } from '../../operators/batches/bucketByLength.js';
import { predict } from '../../operators/training/predict.js';
import { preprocess } from '../../operators/rows/preprocess.js';
import { knownTokens } from '../../operators/rows/internal/encodedText.js';
import { tokenize } from '../../operators/rows/tokenize.js';
import { type ClassifiedHeadline, sortedDistribution } from './ClassifiedHeadline.js';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';

/** The maximum number of rows in a batch. */
const BATCH = 64;

/**
 * Classifies groups of headlines that arrive together. Their order is kept.
 *
 * ```
 * source:  --[a b]---[c]--|
 *              classifyTitles(model, artifacts, encoder)
 * result:  --(A B)---C----|
 * ```
 */
export const classifyTitles =
  (
    model: Trainable | DeferredTrainable,
    { text: steps, labelEncoder }: Pick<Artifacts, 'text' | 'labelEncoder'>,
    encoder: Vocabulary,
  ): OperatorFunction<readonly string[], ClassifiedHeadline> =>
  (groups$) =>
    groups$.pipe(
      concatMap((titles) => {
        const known: number[] = [];
        return from(titles).pipe(
          map((title, id): Headline => ({ id, title })),
          preprocess({ text: steps }),
          tokenize(encoder),
          tap((row) => void known.push(knownTokens(row, encoder.unknownIndex))),
          // Without boundaries, there is no reordering: rows leave in the order of their arrival.
          bucketByLength({
            batchSize: BATCH,
            boundaries: [],
            padIndex: encoder.padIndex,
            unknownIndex: encoder.unknownIndex,
          }),
          predict(model),
          map(({ id, predicted, probabilities }) => ({
            title: titles[id] ?? '',
            category: labelEncoder.nameOf(predicted),
            known: known[id] ?? 0,
            distribution: sortedDistribution(labelEncoder.classes, probabilities),
          })),
        );
      }),
    );
