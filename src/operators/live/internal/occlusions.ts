import type { Explanation, LiveHeadline, LivePrediction, WordEffect } from '../../../contracts/live/Live.js';
import type { Vocabulary } from '../../../contracts/live/Learning.js';
import { attentionOfWords } from './attentionOfWords.js';
import { wordsOf } from './wordsOf.js';
import type { Trainable } from '../../../contracts/models/Trainable.js';
import { encodeText } from '../../rows/internal/encodedText.js';
import { type ReadingOptions, stepsOf, textPath } from '../../../text/textPath.js';

/** How words are read: as in the training of the model. */
export interface OcclusionOptions extends ReadingOptions {
  readonly tokenizer: Vocabulary;
  /** The model, whose attention is shown if it has any. */
  readonly model: Trainable | (() => Trainable);
}

/** A headline, and the variants to classify in order to explain it. */
export interface Occlusions {
  /** The headline itself, then the headline without each word that the model reads, in the order of the words. */
  readonly variants: readonly LiveHeadline[];
  /** Makes an explanation from the predictions of the variants, in their order. */
  readonly explain: (predictions: readonly LivePrediction[]) => Explanation;
}

/**
 * Makes a function that removes each word of a headline in turn.
 *
 * If the model reads the same text without a word (a stop word, a word in parentheses or in another script), the word
 * has no effect by definition. It adds no variant, so it costs nothing.
 *
 * @throws HeadwaterError `HW_USAGE` when a stop word is empty
 */
export const occlusionsOf = ({
  model,
  tokenizer,
  text: steps,
  stopWords,
}: OcclusionOptions): ((headline: LiveHeadline) => Occlusions) => {
  const path = textPath(stepsOf({ text: steps, stopWords }));
  const { textOf } = path;

  return (headline) => {
    const { title } = headline;
    const text = textOf(title);
    const words = wordsOf(title).map(({ word, start }) => {
      const end = start + word.length;
      const without = title.slice(0, start) + title.slice(end);
      if (textOf(without) === text) return { word, start, end, read: 'left-out' as const, without };
      const { tokens, vectorIds } = encodeText(tokenizer, textOf(word));
      const isRead = (token: number, i: number): boolean =>
        token !== tokenizer.unknownIndex || (vectorIds?.[i] ?? 0) > 0;
      return {
        word,
        start,
        end,
        read: tokens.some(isRead) ? ('known' as const) : ('unknown' as const),
        without,
      };
    });
    const inUse = typeof model === 'function' ? model() : model;
    const attention = attentionOfWords(
      { model: inUse, tokenizer, path },
      title,
      words.map(({ word }) => word),
    );
    const occluded = words.filter(({ read }) => read !== 'left-out');

    return {
      variants: [headline, ...occluded.map(({ without }) => ({ ...headline, title: without }))],
      explain: ([prediction, ...others]) => {
        if (prediction === undefined || others.length !== occluded.length)
          throw new RangeError(
            `There are ${occluded.length + 1} variants, but ` +
              `${others.length + (prediction === undefined ? 0 : 1)} predictions.`,
          );
        const probabilityIn = ({ distribution }: LivePrediction): number =>
          distribution.find(({ category }) => category === prediction.category)?.probability ?? 0;
        const whole = probabilityIn(prediction);
        let next = 0;
        const effects = words.map(({ word, start, end, read }, i): WordEffect => {
          const effect = read === 'left-out' ? 0 : whole - probabilityIn(others[next++]!);
          return {
            word,
            start,
            end,
            read,
            effect,
            ...(attention === undefined ? {} : { attention: attention[i]! }), // one a word
          };
        });
        return { type: 'explanation', prediction, words: effects };
      },
    };
  };
};
