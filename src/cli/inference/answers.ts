import { type Command, InvalidArgumentError } from 'commander';
import { probability, wholeNumber } from '../process/argument.js';
import type { ClassifiedHeadline } from './ClassifiedHeadline.js';

/** The options for printing a prediction. */
export interface AnswerOptions {
  /** How many classes are printed; undefined for all classes, or for one if only the class is requested. */
  readonly top?: number;
  /** Below this probability the answer is `unsure`. */
  readonly unsureBelow?: number;
}

/** Adds the options for printing a prediction to a command. */
export const addAnswerOptions = (command: Command): Command =>
  command
    .option('--top <k>', 'tell the k most probable classes', wholeNumber(1))
    .option(
      '--unsure-below <p>',
      'answer "unsure" where the most probable class has less than this probability, or no token of the text is known',
      (text) => {
        const p = probability(text);
        if (p === 0) throw new InvalidArgumentError('It must be above 0.');
        return p;
      },
    );

/** The text in place of a class whose probability is too low. */
export const UNSURE = 'unsure';

/** The printed class. */
export const answerOf = ({ category, distribution, known }: ClassifiedHeadline, unsureBelow = 0): string =>
  unsureBelow > 0 && (known === 0 || (distribution[0]?.[1] ?? 0) < unsureBelow) ? UNSURE : category;

/** A probability rounded to its significant digits. */
export const roundedProbability = (value: number): string => String(Number(value.toFixed(6)));
