import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defer, map, type Observable, of } from 'rxjs';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Split } from '../../../operators/rows/prepare.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { type TextSteps, textSteps } from '../../../text/TextSteps.js';
import { fromTask } from '../../process/fromTask.js';
import { path, probability, wholeNumber } from '../../process/argument.js';

/** The command-line options for preprocessing texts. */
export interface TextOptions {
  readonly text: TextSteps['preprocessor'];
  readonly stopWords?: string;
  readonly keepCase?: boolean;
  readonly charLevel?: boolean;
  readonly punctuation: boolean;
  readonly maxLength?: number;
  readonly maxWithoutText: number;
}

/** Adds the options for preprocessing texts to a command. */
export const addTextOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--text <name>', 'how texts are read; unicode: any language; lesson: English, as the lesson does')
        .choices(['unicode', 'lesson'])
        .default('unicode'),
    )
    .addOption(
      new Option(
        '--stop-words <which>',
        'the words to leave out: none, english, or a file with one a line (default: none; with --text lesson: english)',
      ).argParser(path),
    )
    .option('--keep-case', 'take words that differ in case for different ones')
    .option('--char-level', 'use characters as tokens instead of words')
    .option('--no-punctuation', 'leave punctuation marks out')
    .option(
      '--max-length <n>',
      'the most tokens that are read of a text (default: 2048, of which recurrent ' +
        'models read 256; of characters 1024; with --text lesson: all)',
      wholeNumber(1),
    )
    .option('--max-without-text <share>', 'the share of titles that may have no word left', probability, 0.2);

/** The maximum size of a file of stop words, in bytes. */
const MOST_BYTES = 2 ** 20;

const badFile = (file: string, why: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_PATH',
    `The stop words in ${file} cannot be read: ${why}. Give none, english or a text file.`,
    {
      where: file,
      ...(cause === undefined ? {} : { cause }),
    },
  );

/** The lines of a file of stop words. */
const readStopWords = (file: string): TE.TaskEither<HeadwaterError, readonly string[]> =>
  TE.tryCatch(
    async () => {
      const handle = await open(file);
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0);
        if (bytesRead > MOST_BYTES) throw badFile(file, `it has more than ${MOST_BYTES} bytes`);
        const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
        return text
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== '');
      } finally {
        await handle.close();
      }
    },
    (cause) =>
      cause instanceof HeadwaterError
        ? cause
        : badFile(file, cause instanceof TypeError ? 'it is not UTF-8' : messageOf(cause), cause),
  );

/**
 * The text steps of the options.
 *
 * Errors: `HW_PATH` if the file of stop words cannot be read, `HW_USAGE` if options exclude each other.
 */
export const textStepsOf = (options: TextOptions): Observable<TextSteps> => {
  const { text: preprocessor, stopWords, keepCase, charLevel, punctuation, maxLength } = options;
  const complete = (words: TextSteps['stopWords'] | undefined): TextSteps =>
    textSteps({
      preprocessor,
      stopWords: words,
      keepCase,
      charLevel,
      // The lesson's preprocessing removes all punctuation anyway.
      punctuation: preprocessor === 'lesson' ? undefined : punctuation,
      maxLength,
    });
  if (stopWords === undefined || stopWords === 'none' || stopWords === 'english')
    return defer(() => of(complete(stopWords)));
  return fromTask(readStopWords(stopWords)).pipe(map(complete));
};

/** Notes on the preprocessing for the user, one for each line. */
export const readingLines = (
  steps: TextSteps | undefined,
  { withoutText, cut = 0 }: Pick<Split, 'withoutText' | 'cut'>,
  rows: number,
  placeOf: (id: number) => string | undefined,
): readonly string[] => {
  const number = (count: number): string => count.toLocaleString('en');
  const lines: string[] = [];
  if (withoutText?.first !== undefined)
    lines.push(
      `${number(withoutText.rows)} of ${number(rows)} titles have no word left, ` +
        `the first in ${placeOf(withoutText.first.id) ?? `row ${withoutText.first.id}`}: ` +
        JSON.stringify(excerpt(withoutText.first.title)),
    );
  if (cut > 0)
    lines.push(
      `${number(cut)} of ${number(rows)} texts are longer than ${number(steps?.maxLength ?? 0)} tokens; ` +
        'the rest of each is not read (--max-length)',
    );
  return lines;
};
