import type { Readable, Writable } from 'node:stream';
import { Command, Option } from 'commander';
import { concat, defer, EMPTY, finalize, of, type Observable, type OperatorFunction, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DeadLetter } from '../../contracts/Rejection.js';
import type { Valve } from '../../contracts/Valve.js';
import { boundedQueue } from '../../operators/flow/boundedQueue.js';
import { microBatch } from '../../operators/live/microBatch.js';
import { describeRejection } from '../../sinks/rejections/describeRejection.js';
import { pacedWriter } from '../../sinks/terminal/pacedWriter.js';
import { readLines } from '../../streams/readLines.js';
import { valve } from '../../streams/valve.js';
import { path } from '../process/argument.js';
import { backendLine } from '../backends/backendLine.js';
import { classifyTitles } from '../inference/classifyTitles.js';
import {
  type ClassifiedHeadline,
  predictionFormatter,
  PREDICTION_FORMATS,
  type PredictionFormat,
} from '../inference/formatPrediction.js';
import { withAnyModel } from '../inference/model.js';
import type { Choose } from '../process/Job.js';
import type { Terminal } from '../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../training/trainingOptions.js';

interface Options extends BackendChoice {
  readonly model: string;
  readonly format: PredictionFormat;
}

const HELP = `
Without headlines, it reads lines from stdin and classifies each as it arrives. A line that is not UTF-8, or longer than 1 MiB, is skipped
and reported on stderr. The exit status is then 1.

Examples:
  $ headwater predict --model models/news "The final tennis tournament starts next week."
  $ headwater predict --model models/news --format csv < headlines.txt > classified.csv
  $ tail -f headlines.log | headwater predict --model models/news --format jsonl
`;

/** The most headlines that are classified in one go. */
const TOGETHER = 64;
/** The most lines that are told one by one when they are left out. */
const TOLD = 10;

/** The lines of stdin, classified as they arrive; those that are none are told, and counted against it at the end. */
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
      // Lines that came together are classified together, a lone one at once: nobody waits for a batch to fill.
      microBatch({ maxSize: TOGETHER, maxWaitMs: 0 }),
      // A model on a device answers later: what comes meanwhile waits here, and holds stdin back.
      boundedQueue({ valve: brake, highWaterMark: 4, project: (titles) => of(titles).pipe(classify) }),
    );
    const counted$ = defer(() => {
      if (leftOut === 0) return EMPTY;
      throw new HeadwaterError(
        'HW_REJECTIONS',
        `Lines of stdin that were skipped: ${leftOut}. All others were classified. Correct these lines and send them again.`,
        { where: 'stdin' },
      );
    });
    return concat(line$, counted$);
  });

const prediction = (headlines: readonly string[], options: Options, { stdin, stdout, stderr, env }: Terminal) =>
  withAnyModel(options.model, options, env, ({ model, artifacts, encoder, backend }) => {
    const formatter = predictionFormatter(options.format, artifacts.labelEncoder.classes);
    const brake = valve();
    const write = pacedWriter(stdout, brake);
    stderr.write(`${backendLine(backend)}\n`);
    if (headlines.length === 0 && stdin.isTTY === true)
      stderr.write('Type headlines, one on each line; Ctrl-D ends.\n');
    write(formatter.header);
    const classify = classifyTitles(model, artifacts, encoder);
    return (headlines.length > 0 ? of(headlines).pipe(classify) : linesOf(stdin, stderr, brake, classify)).pipe(
      tap((classified) => write(formatter.line(classified))),
      // A terminal left open would keep the process waiting for more.
      finalize(() => stdin.pause()),
    );
  });

/** `headwater predict`. */
export const predictCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    new Command('predict')
      .description('classify headlines: the arguments, or lines from stdin as they arrive')
      .argument('[headlines...]', 'the headlines, each in quotes')
      .requiredOption('--model <dir>', 'the folder of the saved model', path)
      .addOption(new Option('--format <name>', 'the format of the output').choices(PREDICTION_FORMATS).default('text')),
  )
    .addHelpText('after', HELP)
    .action((headlines: readonly string[], options: Options) =>
      choose({ work$: prediction(headlines, options, terminal), outlivesReader: false }),
    );
