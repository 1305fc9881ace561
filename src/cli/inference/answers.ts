import { type Command, InvalidArgumentError } from 'commander';
import { probability, wholeNumber } from '../process/argument.js';
import type { ClassifiedHeadline } from './formatPrediction.js';

/** What is told of a prediction. */
export interface AnswerOptions {
  /** How many classes are told; undefined for all of them, or for one where only the class is asked for. */
  readonly top?: number;
  /** Below this probability the answer is `unsure`. */
  readonly unsureBelow?: number;
}

/** Puts the options that say what is told of a prediction on a command. */
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

/** The mark in place of a class that is too uncertain. */
export const UNSURE = 'unsure';

/** The class that is answered. */
export const answerOf = ({ category, distribution, known }: ClassifiedHeadline, unsureBelow = 0): string =>
  unsureBelow > 0 && (known === 0 || (distribution[0]?.[1] ?? 0) < unsureBelow) ? UNSURE : category;

/** A probability with the digits that mean something. */
export const roundedProbability = (value: number): string => String(Number(value.toFixed(6)));
