import { statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { Command, Option } from 'commander';
import { concat, defer, EMPTY, finalize, of, type Observable, type OperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { DeadLetter } from '../../../contracts/rows/Rejection.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { boundedQueue } from '../../../operators/flow/boundedQueue.js';
import { microBatch } from '../../../operators/live/microBatch.js';
import { describeRejection } from '../../../sinks/rejections/describeRejection.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { pacedWriter } from '../../../sinks/terminal/pacedWriter.js';
import { readLines } from '../../../streams/readLines.js';
import { valve } from '../../../streams/valve.js';
import { collect, path } from '../../process/argument.js';
import { backendLine } from '../../backends/backendLine.js';
import { addAnswerOptions } from '../../inference/answers.js';
import { predictTable, type PredictTableOptions } from '../../inference/predictTable.js';
import { DATA_HELP } from '../../tables/openTables.js';
import { addReadingOptions } from '../../tables/tableOptions.js';
import { classifyTitles } from '../../inference/classifyTitles.js';
import { predictionFormatter, PREDICTION_FORMATS, type PredictionFormat } from '../../inference/formatPrediction.js';
import type { ClassifiedHeadline } from '../../inference/ClassifiedHeadline.js';
import { withAnyModel } from '../../inference/model.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

interface Options extends BackendChoice, Omit<PredictTableOptions, 'data' | 'format'> {
  readonly model: string;
  readonly format?: PredictionFormat;
  readonly data?: readonly string[];
}

const HELP = `
Without headlines, it reads lines from stdin and classifies each as it arrives. A line that is not UTF-8, or
longer than 1 MiB, is skipped and reported on stderr. The exit status is then 1.

With --data, a table is given back with all its columns and, after these, class and probability. Its columns
are found as they were in the training. --unsure-below answers "unsure" in the place of an improbable class;
watch --min-probability leaves such headlines out.

Examples:
  $ headwater predict --model models/news "The final tennis tournament starts next week."
  $ headwater predict --model models/news --format csv < headlines.txt > classified.csv
  $ headwater predict --model models/news --data inbox.csv --out-file sorted.csv --unsure-below 0.5
  $ tail -f headlines.log | headwater predict --model models/news --format jsonl
`;

/** The maximum number of headlines that are classified together. */
const TOGETHER = 64;
/** The maximum number of invalid lines that are reported individually. */
const TOLD = 10;

/**
 * Classifies the lines of stdin as they arrive. Invalid lines are reported, and counted against the limit at the end.
 */
const linesOf = (
  stdin: Readable,
  stderr: Writable,
  brake: Valve,
  classify: OperatorFunction<readonly string[], ClassifiedHeadline>,
): Observable<ClassifiedHeadline> =>
  defer(() => {
    let leftOut = 0;
    const rejections: DeadLetter = {
      next: (rejection) => {
        leftOut += 1;
        if (leftOut <= TOLD) stderr.write(`left out ${describeRejection(rejection)}\n`);
      },
    };
    const line$ = readLines(stdin, { valve: brake, rejections }).pipe(
      // Lines that arrive together are classified together, and a single line at once. No line waits for a batch to
      // fill.
      microBatch({ maxSize: TOGETHER, maxWaitMs: 0 }),
      // A model on a device answers asynchronously. In the meantime, lines wait here, and the valve pauses stdin.
      boundedQueue({ valve: brake, highWaterMark: 4, project: (titles) => of(titles).pipe(classify) }),
    );
    const counted$ = defer(() => {
      if (leftOut === 0) return EMPTY;
      throw new HeadwaterError(
        'HW_REJECTIONS',
        `Lines of stdin that were skipped: ${leftOut}. All others were ` +
          'classified. Correct these lines and send them again.',
        { where: 'stdin' },
      );
    });
    return concat(line$, counted$);
  });

/** Whether a text is the path of a file, which people give for a table. */
const isFile = (text: string): boolean => {
  try {
    return statSync(text).isFile();
  } catch {
    return false;
  }
};

/** Refuses invalid combinations of options before a model is loaded. */
const checkOptions = (headlines: readonly string[], { data, outFile, all, format }: Options): void => {
  const misuse = (message: string): HeadwaterError => new HeadwaterError('HW_USAGE', message);
  if (data === undefined && (outFile !== undefined || all === true))
    throw misuse(`${outFile === undefined ? '--all' : '--out-file'} is for tables. Give one by --data.`);
  if (data !== undefined && headlines.length > 0)
    throw misuse('Headlines and --data exclude each other. Leave one of them out.');
  if (data !== undefined && format === 'text')
    throw misuse('A table is given back as csv or jsonl. Give --format csv or --format jsonl, or leave it out.');
};

const prediction = (headlines: readonly string[], options: Options, terminal: Terminal) => {
  const { stdin, stdout, stderr, env } = terminal;
  checkOptions(headlines, options);
  return withAnyModel(options.model, options, env, (loaded) => {
    const { model, artifacts, encoder, backend } = loaded;
    const { data } = options;
    if (data !== undefined) {
      stderr.write(`${backendLine(backend)}\n`);
      return predictTable({ ...options, data }, loaded, terminal);
    }
    const formatter = predictionFormatter(options.format ?? 'text', artifacts.labelEncoder.classes, options);
    const brake = valve();
    const write = pacedWriter(stdout, brake);
    stderr.write(`${backendLine(backend)}\n`);
    if (headlines.length === 0 && stdin.isTTY === true)
      stderr.write('Type headlines, one on each line; Ctrl-D ends.\n');
    for (const headline of headlines.filter(isFile).slice(0, 1))
      stderr.write(`${printable(excerpt(headline))} is classified as a text; for the rows of this file, give --data\n`);
    write(formatter.header);
    const classify = classifyTitles(model, artifacts, encoder);
    return (headlines.length > 0 ? of(headlines).pipe(classify) : linesOf(stdin, stderr, brake, classify)).pipe(
      tap((classified) => write(formatter.line(classified))),
      // An open terminal would keep the process alive.
      finalize(() => stdin.pause()),
    );
  });
};

/** `headwater predict`. */
export const predictCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addReadingOptions(
      addAnswerOptions(
        new Command('predict')
          .description('classify headlines: the arguments, the rows of a table, or lines from stdin as they arrive')
          .argument('[headlines...]', 'the headlines, each in quotes')
          .requiredOption('--model <dir>', 'the folder of the saved model', path)
          .addOption(
            new Option(
              '--format <name>',
              'the format of the output (default: text; of a table its own, or that of the ending of --out-file)',
            ).choices(PREDICTION_FORMATS),
          )
          .option('--data <source>', `give back with its classes ${DATA_HELP}`, collect)
          .option('--out-file <file>', 'with --data: the file for the table; it appears when it is whole', path)
          .option('--all', 'with --data: add the probability of every class'),
      ),
    ),
  )
    .addHelpText('after', HELP)
    .action((headlines: readonly string[], options: Options) =>
      choose({
        work$: defer(() => prediction(headlines, options, terminal)),
        outlivesReader: options.outFile !== undefined,
      }),
    );
