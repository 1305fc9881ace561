import { checkArgument } from '../contracts/checkArgument.js';
import { STOP_WORDS } from './stopWords.js';
import { textPreprocessor } from './textPreprocessor.js';
import { LESSON_STEPS, type TextSteps } from './TextSteps.js';
import { foldCase } from './unicode/foldCase.js';
import { unicodePreprocessor } from './unicode/unicodePreprocessor.js';

/** The options for preparing texts. */
export interface ReadingOptions {
  /** The steps of the model's training, as its artifacts record them. Default `LESSON_STEPS`. */
  readonly text?: TextSteps | undefined;
  /** The words to remove where `text` is not given. Default: the 179 of `STOP_WORDS`. */
  readonly stopWords?: readonly string[] | undefined;
}

/** The text steps as functions. */
export interface TextPath {
  /** The steps that the functions apply. */
  readonly steps: TextSteps;
  /** The tokens of a title, separated by one space, in their original case; empty where none are left. */
  readonly textOf: (title: string) => string;
  /** Converts such tokens for the look-up: to lower case, unless the steps keep the case. */
  readonly lookUp: (text: string) => string;
  /** Whether tokens of the title were removed from its text because it is too long. */
  readonly isCut: (title: string, text: string) => boolean;
}

/** The first tokens of a preprocessed text. */
const firstTokens = (text: string, limit: number, charLevel: boolean): string => {
  if (text.length <= limit) return text;
  if (charLevel) return Array.from(text).slice(0, limit).join('');
  let end = -1;
  for (let tokens = 0; tokens < limit; tokens++) {
    end = text.indexOf(' ', end + 1);
    if (end === -1) return text;
  }
  return text.slice(0, end);
};

const stopWordsOf = ({ stopWords }: TextSteps): readonly string[] =>
  stopWords === 'none' ? [] : stopWords === 'english' ? STOP_WORDS : stopWords;

const preprocessorOf = (steps: TextSteps): ((title: string) => string) => {
  const stopWords = stopWordsOf(steps);
  const { punctuation, unspaced, charLevel } = steps;
  const maxLength = steps.maxLength ?? undefined;
  if (steps.preprocessor === 'unicode')
    return unicodePreprocessor({ stopWords, punctuation, unspaced, charLevel, maxLength });
  const lesson = textPreprocessor({ stopWords });
  return maxLength === undefined ? lesson : (title) => firstTokens(lesson(title), maxLength, charLevel);
};

const unchanged = (text: string): string => text;

/**
 * Makes the functions that apply text steps. All readers of texts (training, evaluation, live classification, the
 * command) use this function, so that all prepare texts in the same way.
 *
 * The functions are pure. They keep buffers of the length of the longest text.
 *
 * @param steps the steps, from `textSteps` or from artifacts
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { textPath, textSteps } from 'headwater';
 * const { textOf, lookUp } = textPath(textSteps());
 * const text = textOf('Ferry returns to Łódź'); // 'Ferry returns to Łódź'
 * lookUp(text); // 'ferry returns to łódź'
 * ```
 */
export const textPath = (steps: TextSteps): TextPath => {
  checkArgument('textPath', 'steps', steps, 'the text steps of a model');

  const textOf = preprocessorOf(steps);
  const { maxLength, charLevel, keepCase, preprocessor } = steps;
  let whole: ((title: string) => string) | undefined;
  // With words, `maxLength` tokens take at least one character each, and a space between two.
  const shortest = maxLength === null ? Infinity : charLevel ? maxLength : 2 * maxLength - 1;
  return {
    steps,
    textOf,
    lookUp: keepCase || preprocessor === 'lesson' ? unchanged : foldCase,
    isCut: (title, text) => {
      if (text.length < shortest) return false;
      whole ??= preprocessorOf({ ...steps, maxLength: null });
      return whole(title).length > text.length;
    },
  };
};

/** The steps of an operator's options: the given ones, or the lesson's with other stop words. */
export const stepsOf = ({ text, stopWords }: ReadingOptions): TextSteps =>
  text ?? (stopWords === undefined ? LESSON_STEPS : { ...LESSON_STEPS, stopWords });
