import type { Command } from 'commander';
import { collect, delimiter, path, wholeNumber } from '../process/argument.js';
import { addTableNetworkOptions, type TableNetworkFlags } from '../process/networkOptions.js';

/** The form of a table, how it is requested, and the meaning of its columns. Values that are not given are detected. */
export interface TableFlags extends TableNetworkFlags {
  readonly titleColumn?: readonly string[];
  readonly labelColumn?: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly header?: boolean;
  readonly comment?: string;
  readonly encoding?: string;
  readonly skipLines?: number;
}

/** The options for rows that fail validation. */
export interface RejectionOptions {
  /** Default: 1 % of the rows, at most 1,000. */
  readonly maxRejections?: number;
  readonly rejections?: string;
}

/** Adds the options for the source of labelled rows to a command. */
export const addDataOptions = (command: Command): Command =>
  addReadingOptions(command).option(
    '--label-column <name>',
    'the column that holds the class, or the columns of the classes with commas between them, where a row has a 1 in ' +
      'the column of its class (default: found by its name or values)',
  );

/** Adds the options for reading tables to a command. */
export const addReadingOptions = (command: Command): Command =>
  addTableNetworkOptions(command)
    .option(
      '--title-column <name>',
      'the column that holds the text; several are joined (default: found by its name or values)',
      collect,
    )
    .option('--delimiter <characters>', 'the characters between fields; tab for a tab (default: found)', delimiter)
    .option('--quote <character>', "the character around fields (default: '\"')")
    .option('--no-header', 'the first line is a row; columns are named by their numbers, from 1')
    .option('--comment <character>', 'leave out lines that begin with this character')
    .option('--skip-lines <n>', 'leave out this number of lines before the table (default: found)', wholeNumber(0))
    .option('--encoding <name>', 'the encoding of the text, such as windows-1252 (default: found, else UTF-8)')
    .option(
      '--max-rejections <n>',
      'stop when more rows than this fail validation (default: 1 % of the rows, at most 1000)',
      wholeNumber(0),
    )
    .option('--rejections <file>', 'write each row that fails validation to this file, as a JSON line', path);
