import type { ClassifyLiveOptions } from './ClassifyLiveOptions.js';
import { map, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { classifyTexts } from './internal/classifyTexts.js';

/** Returns the batch unchanged, or throws if a title is blank. */
const withoutBlanks = (headlines: readonly LiveHeadline[]): readonly LiveHeadline[] => {
  const blank = headlines.find(({ title }) => title.trim() === '');
  if (blank !== undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `classifyLive: the title of headline ${blank.id} of ${blank.source} is ` +
        'blank. Leave out headlines without a title, as the sources do.',
    );
  }
  return headlines;
};

/**
 * Classifies each batch of headlines, and emits one prediction per headline, in the order of the headlines.
 *
 * ```marbles
 * batches:     --A------B---|   A of three headlines, B of two
 *              classifyLive({ model, tokenizer, labelEncoder })
 * predictions: --(abc)--(de)|   each { type: 'live-prediction', headline, category, distribution, known, latencyMs }
 * ```
 *
 * `known` is the number of tokens that the model knows. If it is 0, the model read nothing of the title, and the
 * probabilities say nothing about it. The titles are preprocessed and tokenized as for training, and predicted as one
 * batch. A title without tokens gets the unknown token. `latencyMs` is the time from when a headline was seen to when
 * the model answered its batch.
 *
 * Holds at most one batch's predictions, and only while they are being emitted.
 *
 * Errors: `HW_USAGE` for a blank title, and for a model whose number of classes is not that of the label encoder;
 * `HW_NUMERIC` for a probability that is not a finite number; any error that the model throws, or the source sends.
 *
 * @param options `model`, `tokenizer`, `labelEncoder`, `text`, `stopWords` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 * @see microBatch to make batches of headlines
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { classifyLive, LabelEncoder, microBatch, Tokenizer, type LiveHeadline } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const labelEncoder = LabelEncoder.of(['Sports', 'World']);
 * const headline: LiveHeadline = {
 *   id: 0,
 *   title: 'Ferry at the port',
 *   source: 'stdin',
 *   guid: undefined,
 *   link: undefined,
 *   published: undefined,
 *   seen: Date.now(),
 *   category: undefined,
 * };
 * of(headline)
 *   .pipe(
 *     microBatch({ maxSize: 64, maxWaitMs: 5 }),
 *     classifyLive({ model: recordingModel(), tokenizer, labelEncoder }),
 *   )
 *   .subscribe(({ category, distribution }) => console.log(category, distribution));
 * // Sports [{ category: 'Sports', probability: 0.75 }, …]
 * ```
 */
export const classifyLive = (
  options: ClassifyLiveOptions,
): OperatorFunction<readonly LiveHeadline[], LivePrediction> => {
  const classify = classifyTexts('classifyLive', options);
  return (batch$) => batch$.pipe(map(withoutBlanks), classify);
};
