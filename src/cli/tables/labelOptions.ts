import type { Command } from 'commander';
import { path, wholeNumber } from '../process/argument.js';

/** The options for the labels of a table. */
export interface LabelOptions {
  readonly classNames?: string;
  readonly minClassRows?: number;
}

/** Adds the options for labels to a command. */
export const addLabelOptions = (command: Command): Command =>
  command
    .option(
      '--class-names <file>',
      'a CSV file that names, merges and orders the classes: in each line a name, ' +
        'then the labels that stand for it; labels of a line without a name are left out',
      path,
    )
    .option('--min-class-rows <n>', 'leave out the rows of classes that have fewer rows than this', wholeNumber(1));
