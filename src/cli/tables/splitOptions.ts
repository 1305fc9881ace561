import { type Command, InvalidArgumentError } from 'commander';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Split } from '../../operators/rows/prepare.js';
import type { Shares } from '../../operators/rows/StratifiedSplitOptions.js';
import { printable } from '../../sinks/terminal/printable.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { collect } from '../process/argument.js';

/** The command-line options for splitting rows. */
export interface SplitOptions {
  readonly validationData?: readonly string[];
  readonly testData?: readonly string[];
  readonly shares?: Shares;
  /** False with `--no-test`. */
  readonly test: boolean;
}

const shares = (text: string): Shares => {
  const [train = NaN, validation = NaN, test = NaN, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? NaN : Number(part)));
  const all = [train, validation, test];
  const sum = train + validation + test;
  if (more.length > 0 || !all.every((share) => share >= 0 && share <= 1) || Math.abs(sum - 1) > 1e-9)
    throw new InvalidArgumentError(
      'It must be three numbers from 0 to 1 that sum to 1, with commas between them: train, validation, test.',
    );
  return { train, validation, test };
};

/** Adds the options for splitting rows to a command. */
export const addSplitOptions = (command: Command): Command =>
  command
    .option('--validation-data <source...>', 'a table of validation rows, or several', collect)
    .option('--test-data <source...>', 'a table of test rows, or several', collect)
    .option(
      '--shares <shares>',
      'the shares of the rows of --data to train on, to validate and to test on ' +
        '(default: 0.7,0.15,0.15; a side with a table of its own has none)',
      shares,
    )
    .option('--no-test', 'keep no test rows, so that more are trained on');

const DEFAULT: Shares = { train: 0.7, validation: 0.15, test: 0.15 };

/**
 * The shares of the rows of `--data`.
 *
 * @throws HeadwaterError `HW_USAGE` if a side has both a table and a share, or `--no-test` is combined with test rows
 */
export const sharesOf = ({ validationData, testData, shares: given, test }: SplitOptions): Shares => {
  const none = (option: string): HeadwaterError =>
    new HeadwaterError('HW_USAGE', `--shares gives rows of --data to a side that ${option} has settled. Give it 0.`);
  if (!test && testData !== undefined)
    throw new HeadwaterError('HW_USAGE', '--no-test and --test-data exclude each other. Leave one of them out.');
  if (given !== undefined) {
    if (validationData !== undefined && given.validation > 0) throw none('--validation-data');
    if (testData !== undefined && given.test > 0) throw none('--test-data');
    if (!test && given.test > 0) throw none('--no-test');
    return given;
  }
  const validation = validationData === undefined ? DEFAULT.validation : 0;
  const testing = testData === undefined && test ? DEFAULT.test : 0;
  return { train: 1 - validation - testing, validation, test: testing };
};

/**
 * Refuses a table of a side without usable rows, because nothing could be measured on it.
 *
 * @throws HeadwaterError `HW_EMPTY` if no row of `--validation-data` or `--test-data` is left
 */
export const checkSides = (
  { rows, labelEncoder }: Pick<Split, 'rows' | 'labelEncoder'>,
  options: Pick<SplitOptions, 'validationData' | 'testData'>,
): void => {
  for (const side of ['validation', 'test'] as const)
    if (options[`${side}Data`] !== undefined && rows[side] === 0)
      throw new HeadwaterError(
        'HW_EMPTY',
        `No row of --${side}-data can be used. ` +
          `The classes of the train rows are ${printable(listNames(labelEncoder.classes))}: ` +
          `correct those of --${side}-data, or merge them with --class-names.`,
      );
};

/** Notes on the split for the user, one for each line. */
export const splitLines = ({ mixed, shared }: Pick<Split, 'mixed' | 'shared'>): readonly string[] => {
  const quoted = (text: string): string => printable(JSON.stringify(excerpt(text)));
  const number = (count: number): string => count.toLocaleString('en');
  const lines: string[] = [];
  if (mixed?.first !== undefined) {
    const { row, other } = mixed.first;
    lines.push(
      `${number(mixed.rows)} ${mixed.rows === 1 ? 'row has' : 'rows have'} a text that stands with another ` +
        `class too, such as ${quoted(row.title)}: ${quoted(other)} and ${quoted(row.category)}`,
    );
  }
  for (const side of ['validation', 'test'] as const) {
    const texts = shared?.[side] ?? 0;
    if (texts > 0)
      lines.push(
        `${number(texts)} ${texts === 1 ? 'text' : 'texts'} of --${side}-data ` +
          `${texts === 1 ? 'is' : 'are'} in train rows too, so the scores are too high`,
      );
  }
  return lines;
};
