import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { concat, defer, ignoreElements, type OperatorFunction, of, takeWhile } from 'rxjs';
import type { WordVector } from '../../contracts/rows/WordVector.js';
import { VectorCollection } from './VectorCollection.js';
import type { VectorPrecision, WordVectors } from './WordVectors.js';

/** The options of `collectVectors`. */
export interface CollectVectorsOptions {
  /**
   * The storage of the numbers. Default `int8`, with one scale per vector: a quarter of the memory, without a
   * measurable loss in a classifier.
   */
  readonly precision?: VectorPrecision | undefined;
  /**
   * The largest number of words to keep, at least 1. The first words are kept; in published files these are the most
   * frequent ones. Default 1,000,000.
   */
  readonly limit?: number | undefined;
  /** The path or address of the vectors. Default: empty, unknown. */
  readonly source?: string | undefined;
}

/** The largest number of words to keep where no limit is given. */
export const DEFAULT_WORD_LIMIT = 1_000_000;

/**
 * Collects words with their vectors, and emits a `WordVectors` when the stream completes.
 *
 * ```marbles
 * words$:   --a--b--a--|
 *           collectVectors()
 * vectors$: -----------(v|)   v.size = 2: a word that comes again is left out
 *           collectVectors({ limit: 1 })
 * limited$: -----(v|)         the source is left at the second word; v.origin.cut = true
 * ```
 *
 * As int8, a vector v becomes round(v ÷ s) with the scale s = max |v| ÷ 127.
 *
 * Memory: the words that are kept; while it grows, at most twice the memory of the `WordVectors`.
 *
 * Errors: `HW_VECTORS` where a vector has another length than the first one or contains a number that is not finite,
 * and where there is no word.
 *
 * @param options the storage and the largest number of words
 * @throws HeadwaterError `HW_USAGE` when the limit is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { collectVectors } from 'headwater';
 * from([{ word: 'ferry', values: Float32Array.of(1, -0.5) }])
 *   .pipe(collectVectors({ precision: 'float32' }))
 *   .subscribe((vectors) => console.log(vectors.size, vectors.dims)); // 1 2
 * ```
 */
export const collectVectors = (options: CollectVectorsOptions = {}): OperatorFunction<WordVector, WordVectors> => {
  checkOptions('collectVectors', options, '{ limit: 100_000 }');
  const { precision = 'int8', limit = DEFAULT_WORD_LIMIT, source = '' } = options;
  checkWhole('collectVectors', 'limit', limit, 1);
  checkTypes('collectVectors', { precision, source }, { precision: ['int8', 'float32'], source: 'string' });
  return (words$) =>
    defer(() => {
      const collection = new VectorCollection(precision, source);
      let cut = false;
      const hasRoom = (word: WordVector): boolean => {
        cut = collection.size === limit;
        if (!cut) collection.add(word);
        return !cut;
      };
      return concat(
        words$.pipe(takeWhile(hasRoom), ignoreElements()),
        defer(() => of(collection.end(cut))),
      );
    });
};
