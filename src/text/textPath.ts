import { checkArgument } from '../contracts/checkArgument.js';
import { STOP_WORDS } from './stopWords.js';
import { textPreprocessor } from './textPreprocessor.js';
import { LESSON_STEPS, type TextSteps } from './TextSteps.js';
import { foldCase } from './unicode/foldCase.js';
import { unicodePreprocessor } from './unicode/unicodePreprocessor.js';

/** How texts are read. */
export interface ReadingOptions {
  /** All that is done to a text: what the model was trained with, as its artifacts say. Default `LESSON_STEPS`. */
  readonly text?: TextSteps | undefined;
  /** The words to leave out where `text` is not given. Default: the 179 of `STOP_WORDS`. */
  readonly stopWords?: readonly string[] | undefined;
}

/** What is done to a text, as functions. */
export interface TextPath {
  /** What they do. */
  readonly steps: TextSteps;
  /** The tokens of a title, one space apart, in the case that they are written in; empty where none are left. */
  readonly textOf: (title: string) => string;
  /** Such tokens as they are looked up: in lower case, unless the steps keep the case. */
  readonly lookUp: (text: string) => string;
  /** Whether tokens of the title were left out of its text because it is too long. */
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
 * Makes the functions that do to a text what the steps say. Whatever reads texts (training, evaluation, live
 * classification, the command) asks here, so that all read alike.
 *
 * The functions are pure. They hold buffers of the length of the longest text.
 *
 * @param steps what is done, as `textSteps` completes it or artifacts say it
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
  // Word-level, so many tokens take at least one character each and a space between two.
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

/** The steps of an operator's options: those given, or the lesson's with other stop words. */
export const stepsOf = ({ text, stopWords }: ReadingOptions): TextSteps =>
  text ?? (stopWords === undefined ? LESSON_STEPS : { ...LESSON_STEPS, stopWords });
