import { map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import type { Trainable } from '../../contracts/models/Trainable.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import type { ReadingOptions } from '../../text/textPath.js';
import { classifyTexts } from './internal/classifyTexts.js';

/** What `classifyLive` classifies with. */
export interface ClassifyLiveOptions extends ReadingOptions {
  /**
   * What classifies, or a function that says which model is in use now: it is asked once a batch, so a model can be put
   * in another's place between two batches.
   */
  readonly model: Trainable | (() => Trainable);
  /** The vocabulary that the model was trained with. */
  readonly tokenizer: Vocabulary;
  /** The classes that the model was trained with. */
  readonly labelEncoder: LabelEncoder;
  /**
   * The clock that `latencyMs` is read from, the one that `seen` was. Default `asyncScheduler`, whose clock is
   * `Date.now`.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The batch as it came, if no title of it is blank. */
const withoutBlanks = (headlines: readonly LiveHeadline[]): readonly LiveHeadline[] => {
  const blank = headlines.find(({ title }) => title.trim() === '');
  if (blank !== undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `classifyLive: the title of headline ${blank.id} of ${blank.source} is blank. Leave out headlines without a title, as the sources do.`,
    );
  }
  return headlines;
};

/**
 * Classifies each batch of headlines that arrived, and emits one prediction a headline, in the order in which they
 * came.
 *
 * ```marbles
 * batches:     --A------B---|   A of three headlines, B of two
 *              classifyLive({ model, tokenizer, labelEncoder })
 * predictions: --(abc)--(de)|   each { type: 'live-prediction', headline, category, distribution, known, latencyMs }
 * ```
 *
 * `known` is the number of tokens that the model knows; where it is 0, nothing of the title was read, and the
 * probabilities say nothing of it. The titles are preprocessed and tokenized as for training, and predicted as one
 * batch. A title of which no token is left has the unknown token. `latencyMs` is from when a headline was seen to when its batch was answered.
 *
 * Holds at most one batch's predictions, and those only while they are being emitted.
 *
 * Errors: `HW_USAGE` for a blank title, and for a model with another number of classes than the label encoder;
 * `HW_NUMERIC` for a probability that is not a finite number; whatever the model throws, or the source sends.
 *
 * @param options `model`, `tokenizer`, `labelEncoder`, `text`, `stopWords` and `scheduler`
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 * @see microBatch for what makes batches of headlines
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { classifyLive, LabelEncoder, microBatch, Tokenizer, type LiveHeadline } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * const labelEncoder = LabelEncoder.of(['Sports', 'World']);
 * const headline: LiveHeadline = { id: 0, title: 'Ferry at the port', source: 'stdin', guid: undefined, link: undefined, published: undefined, seen: Date.now(), category: undefined };
 * of(headline)
 *   .pipe(microBatch({ maxSize: 64, maxWaitMs: 5 }), classifyLive({ model: recordingModel(), tokenizer, labelEncoder }))
 *   .subscribe(({ category, distribution }) => console.log(category, distribution)); // Sports [{ category: 'Sports', probability: 0.75 }, …]
 * ```
 */
export const classifyLive = (
  options: ClassifyLiveOptions,
): OperatorFunction<readonly LiveHeadline[], LivePrediction> => {
  const classify = classifyTexts(options);
  return (batch$) => batch$.pipe(map(withoutBlanks), classify);
};
