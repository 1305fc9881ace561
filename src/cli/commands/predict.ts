import { Command, Option } from 'commander';
import { auditTime, buffer, connect, filter, finalize, of, tap } from 'rxjs';
import type { BackendName } from '../../ops/selectBackend.js';
import { readLines } from '../../streams/readLines.js';
import { classifyTitles } from '../classifyTitles.js';
import { predictionFormatter, PREDICTION_FORMATS, type PredictionFormat } from '../formatPrediction.js';
import { withModel } from '../model.js';
import type { Choose } from '../program.js';
import type { Terminal } from '../Terminal.js';
import { addBackendOption } from '../trainingOptions.js';

interface Options {
  readonly model: string;
  readonly format: PredictionFormat;
  readonly backend: BackendName;
}

const HELP = `
Without headlines, lines are read from stdin and answered as they arrive.

Examples:
  $ headwater predict --model models/news "The final tennis tournament starts next week."
  $ headwater predict --model models/news --format csv < headlines.txt > classified.csv
  $ tail -f headlines.log | headwater predict --model models/news --format jsonl
`;

const prediction = (headlines: readonly string[], options: Options, terminal: Terminal) =>
  withModel(options.model, options.backend, terminal, ({ model, artifacts }) => {
    const { stdin, stdout } = terminal;
    const formatter = predictionFormatter(options.format, artifacts.labelEncoder.classes);
    // Lines that came in one chunk are classified together, a lone one at once: nobody waits for a batch to fill.
    const arriving$ = readLines(stdin).pipe(connect((line$) => line$.pipe(buffer(line$.pipe(auditTime(0))))));
    stdout.write(formatter.header);
    return (headlines.length > 0 ? of(headlines) : arriving$).pipe(
      filter((titles) => titles.length > 0),
      classifyTitles(model, artifacts),
      tap((classified) => void stdout.write(formatter.line(classified))),
      // A terminal left open would keep the process waiting for more.
      finalize(() => stdin.pause()),
    );
  });

/** `headwater predict`. */
export const predictCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOption(
    new Command('predict')
      .description('classify headlines: those given, or lines from stdin as they arrive')
      .argument('[headlines...]', 'the headlines, each in quotes')
      .requiredOption('--model <dir>', 'the folder of the artifacts')
      .addOption(new Option('--format <name>', 'how to write the answers').choices(PREDICTION_FORMATS).default('text')),
  )
    .addHelpText('after', HELP)
    .action((headlines: readonly string[], options: Options) => choose(prediction(headlines, options, terminal)));
