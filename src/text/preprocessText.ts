import { textPreprocessor } from './textPreprocessor.js';

/**
 * Preprocesses one headline like the lesson, with its 179 stop words.
 *
 * The same as `textPreprocessor()`, which describes the steps and accepts other stop words.
 *
 * @param text the original headline
 * @returns its words in lower case, separated by one space; empty where no word is left
 *
 * @example
 * ```ts
 * import { preprocessText } from 'headwater';
 * preprocessText("The Harbour's New Bridge Opens (Photos)"); // 'harbour new bridge opens'
 * ```
 */
export const preprocessText: (text: string) => string = textPreprocessor();
