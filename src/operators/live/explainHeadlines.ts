import { concatMap, map, of, type OperatorFunction, toArray } from 'rxjs';
import type { Explanation, LiveHeadline } from '../../contracts/live/Live.js';
import type { ClassifyLiveOptions } from './ClassifyLiveOptions.js';
import { classifyTexts } from './internal/classifyTexts.js';
import { occlusionsOf } from './internal/occlusions.js';

/**
 * Classifies each headline, and reports for each of its words how much the probability of the predicted class falls
 * when that word is removed: occlusion.
 *
 * ```marbles
 * headlines:    --a------b---|
 *               explainHeadlines({ model, tokenizer, labelEncoder })
 * explanations: --A------B---|   each { type: 'explanation', prediction, words }
 * ```
 *
 * A positive effect means that the word supports the class, a negative one that it speaks against it. Effects do not
 * add up: if two words say the same, removing one of them may have no effect. A word that preprocessing removes (for
 * example a stop word) is `left-out`, and has the effect 0. A word that is not in the vocabulary is `unknown`. The
 * model reads the unknown token in its place, so it can have an effect too.
 *
 * If the model pools by attention, each word also has its share of the attention. Attention shows what the model looked
 * at, which is not always what decided: S. Jain and B. Wallace, "Attention is not Explanation" (NAACL 2019).
 *
 * The headline and its variants without each word are classified as one batch. So it costs about as much as a batch
 * with as many headlines as the headline has words.
 *
 * Holds one headline's batch. A blank headline is explained too: it has no words. Errors: those of `classifyLive`,
 * except the one for a blank title.
 *
 * The method is that of M. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014),
 * applied to words as in J. Li, W. Monroe and D. Jurafsky, "Understanding Neural Networks through Representation
 * Erasure" (2016), who use the logarithm of the probability.
 *
 * @param options `model`, `tokenizer`, `labelEncoder`, `text`, `stopWords` and `scheduler`, as for `classifyLive`
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { explainHeadlines, LabelEncoder, Tokenizer, type LiveHeadline } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const headline: LiveHeadline = {
 *   id: 0,
 *   title: 'The ferry at the port',
 *   source: 'stdin',
 *   guid: undefined,
 *   link: undefined,
 *   published: undefined,
 *   seen: Date.now(),
 *   category: undefined,
 * };
 * of(headline)
 *   .pipe(explainHeadlines({ model: recordingModel(), tokenizer, labelEncoder: LabelEncoder.of(['Sports', 'World']) }))
 *   .subscribe(({ words }) => console.log(words));
 * // [{ word: 'The', read: 'left-out', effect: 0, … }, { word: 'ferry', read: 'known', … }, …]
 * ```
 */
export const explainHeadlines = (options: ClassifyLiveOptions): OperatorFunction<LiveHeadline, Explanation> => {
  const classify = classifyTexts('explainHeadlines', options);
  const occlude = occlusionsOf(options);
  return concatMap((headline) => {
    const { variants, explain } = occlude(headline);
    return of(variants).pipe(classify, toArray(), map(explain));
  });
};
