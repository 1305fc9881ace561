import { checkArgument } from '../../contracts/checkArgument.js';
import { concatMap, map, of, type OperatorFunction, toArray } from 'rxjs';
import type { Explanation, LiveHeadline } from '../../contracts/live/Live.js';
import type { ClassifyLiveOptions } from './classifyLive.js';
import { classifyTexts } from './internal/classifyTexts.js';
import { occlusionsOf } from './internal/occlusions.js';

/**
 * Classifies each headline, and tells for each of its words how much the probability of the predicted class falls when
 * that word is taken out: occlusion.
 *
 * ```marbles
 * headlines:    --a------b---|
 *               explainHeadlines({ model, tokenizer, labelEncoder })
 * explanations: --A------B---|   each { type: 'explanation', prediction, words }
 * ```
 *
 * A positive effect means that the word spoke for the class, a negative one that it spoke against it. Effects do not
 * add up to anything: two words that say the same can each be taken out without effect. A word that preprocessing
 * leaves out (a stop word, say) is `left-out`, and has the effect 0. One that the vocabulary does not know is
 * `unknown`; the model reads the unknown token in its place, so it can have an effect all the same.
 *
 * The headline and what is left of it without each word are classified as one batch, so it costs about as much as a
 * batch of as many headlines as it has words.
 *
 * Holds one headline's batch. A blank headline is explained too: it has no words.
 * Errors: those of `classifyLive`, but for that of a blank title.
 *
 * The method is that of M. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), on
 * words as in J. Li, W. Monroe and D. Jurafsky, "Understanding Neural Networks through Representation Erasure" (2016),
 * there on the logarithm of the probability.
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
 * const headline: LiveHeadline = { id: 0, title: 'The ferry at the port', source: 'stdin', guid: undefined, link: undefined, published: undefined, seen: Date.now(), category: undefined };
 * of(headline)
 *   .pipe(explainHeadlines({ model: recordingModel(), tokenizer, labelEncoder: LabelEncoder.of(['Sports', 'World']) }))
 *   .subscribe(({ words }) => console.log(words)); // [{ word: 'The', read: 'left-out', effect: 0, … }, { word: 'ferry', read: 'known', … }, …]
 * ```
 */
export const explainHeadlines = (options: ClassifyLiveOptions): OperatorFunction<LiveHeadline, Explanation> => {
  checkArgument('explainHeadlines', 'options', options, 'an object such as { model, tokenizer, labelEncoder }');

  const occlude = occlusionsOf(options);
  const classify = classifyTexts(options);
  return concatMap((headline) => {
    const { variants, explain } = occlude(headline);
    return of(variants).pipe(classify, toArray(), map(explain));
  });
};
