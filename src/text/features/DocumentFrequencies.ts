import * as E from 'fp-ts/lib/Either.js';
import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { artifactError } from '../artifacts/readArtifact.js';
import { featureCounter, type FeatureOptions, featureSettings, type FeatureSettings } from './countFeatures.js';
import { FeatureCounts } from './FeatureCounts.js';

/** Document frequencies as plain data, as an artifact stores them. */
export interface DocumentFrequenciesData extends FeatureSettings {
  /** The number of texts counted, N. */
  readonly documents: number;
  /** The features that occur, in rising order, int32. */
  readonly ids: Int32Array;
  /** The number of texts in which each of them occurs, int32. */
  readonly counts: Int32Array;
}

const WHAT = 'document frequencies';

/**
 * The number of texts in which each hashed feature occurs. Immutable.
 *
 * Memory: 4 bytes per feature; 4 MiB with 20 bits.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { DocumentFrequencies, wideFeatures } from 'headwater';
 * const frequencies = await lastValueFrom(from(['ferry returns', 'ferry sinks']).pipe(DocumentFrequencies.fit()));
 * frequencies.documents; // 2
 * wideFeatures(frequencies).extract('ferry').ids.length; // 22: a word, two pairs, and 19 n-grams of characters
 * ```
 */
export class DocumentFrequencies {
  /** The number of texts counted, N. */
  readonly documents: number;
  readonly settings: FeatureSettings;
  /** The number of texts in which each feature occurs, shape [2^bits], uint32. */
  readonly counts: Uint32Array;

  private constructor(documents: number, settings: FeatureSettings, counts: Uint32Array) {
    this.documents = documents;
    this.settings = settings;
    this.counts = counts;
  }

  /**
   * Counts the features of a stream of preprocessed texts, and emits the counts when it completes. Use only the texts
   * of the train rows.
   *
   * ```marbles
   * texts$:       --a--b--|
   *               DocumentFrequencies.fit()
   * frequencies$: --------(f|)   f.documents = 2
   * ```
   *
   * A stream without texts gives counts of zero. Memory: 4 bytes per feature. Errors: those of the source.
   *
   * @param options the kinds of features
   * @throws HeadwaterError `HW_USAGE` for an invalid number of bits
   */
  static fit(options: FeatureOptions = {}): OperatorFunction<string, DocumentFrequencies> {
    const settings = featureSettings(options);
    return (texts$) =>
      defer(() => {
        const count = featureCounter(settings);
        const found = new FeatureCounts();
        const counts = new Uint32Array(2 ** settings.bits);
        return texts$.pipe(
          reduce((documents, text) => {
            count(text, found);
            for (let entry = 0; entry < found.size; entry++) counts[found.ids[entry]!]!++;
            return documents + 1;
          }, 0),
          map((documents) => new DocumentFrequencies(documents, settings, counts)),
        );
      });
  }

  /** The features that occur and their counts, as an artifact stores them. */
  toData(): DocumentFrequenciesData {
    const touched = this.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    const ids = new Int32Array(touched);
    const counts = new Int32Array(touched);
    let at = 0;
    this.counts.forEach((count, id) => {
      if (count === 0) return;
      ids[at] = id;
      counts[at++] = count;
    });
    return { ...this.settings, documents: this.documents, ids, counts };
  }

  /**
   * Makes document frequencies from plain data.
   *
   * @param where the path or address of the data, for the error message
   * @returns Left `HW_ARTIFACT` where the features are not in rising order or are invalid, a count is not between 1 and
   * twice the number of texts, or the lengths differ
   */
  static fromData(data: DocumentFrequenciesData, where?: string): E.Either<HeadwaterError, DocumentFrequencies> {
    const { bits, cased, runs, documents, ids, counts: given } = data;
    const bad = (why: string): E.Either<HeadwaterError, never> => E.left(artifactError(WHAT, why, where));
    if (!Number.isSafeInteger(bits) || bits < 8 || bits > 24) return bad(`they have ${bits} bits instead of 8 to 24`);
    if (!Number.isSafeInteger(documents) || documents < 0) return bad(`they are of ${documents} texts`);
    if (ids.length !== given.length) return bad(`they have ${ids.length} features, but ${given.length} counts`);
    const counts = new Uint32Array(2 ** bits);
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at]!;
      if (id <= (ids[at - 1] ?? -1) || id >= counts.length) return bad(`feature ${id} is out of place`);
      // A feature that occurs in both blocks counts twice.
      if (given[at]! < 1 || given[at]! > 2 * documents)
        return bad(`feature ${id} is to occur in ${given[at]!} of ${documents} texts`);
      counts[id] = given[at]!;
    }
    return E.right(new DocumentFrequencies(documents, { bits, cased, runs }, counts));
  }
}
