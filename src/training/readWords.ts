import { map, type Observable } from 'rxjs';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import { batchSource } from '../operators/batches/batchSource.js';
import type { Split } from '../operators/rows/prepare.js';
import { preprocess } from '../operators/rows/preprocess.js';
import { rowsOf } from '../operators/rows/rowsOf.js';
import { DocumentFrequencies } from '../text/features/DocumentFrequencies.js';
import { wideFeatures, type WideFeatures } from '../text/features/wideFeatures.js';
import { rowEncoder } from '../text/rowEncoder.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';
import { KEEP_BYTES, type ModelTrainingOptions } from './ModelTrainingOptions.js';

/** The features of a model, and the batches that contain them. */
export interface ReadRows {
  readonly features: WideFeatures;
  readonly source: BatchSource;
}

/** How rows become batches. */
export interface ReadWordsOptions extends Pick<ModelTrainingOptions, 'valve' | 'keepBytes'> {
  /** Word vectors to add to the batches. Default: none. */
  readonly vectors?: WordVectors | undefined;
  /** The batch size in rows. Default 64. */
  readonly batchSize?: number | undefined;
  /** Whether neighbouring tokens of scripts without spaces are one token for the n-grams. Default false. */
  readonly runs?: boolean | undefined;
}

/**
 * Counts the train rows in which each hashed feature occurs. Emits a function that makes the features and the batches
 * for a given norm of the block of words and pairs.
 */
export const readWords = (
  split: Split,
  { vectors, batchSize, valve, runs, keepBytes = KEEP_BYTES }: ReadWordsOptions,
): Observable<(wordWeight: number) => ReadRows> => {
  const { tokenizer, text, stopWords } = split;
  return rowsOf(split, 'train').pipe(
    preprocess({ text, stopWords }),
    map((row) => row.text),
    // Features of the words as written are added to the lower-case ones, which improves F1 by 0.01 on average.
    DocumentFrequencies.fit({ cased: true, runs }),
    map((frequencies) => (wordWeight) => {
      const features = wideFeatures(frequencies, { wordWeight });
      const encoder = rowEncoder({ tokenizer, features, vectors, text });
      return { features, source: batchSource(split, { encoder, valve, keepBytes, batchSize }) };
    }),
  );
};
