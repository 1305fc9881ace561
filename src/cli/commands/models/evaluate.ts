import { Command } from 'commander';
import { concat, connect, EMPTY, forkJoin, ignoreElements, tap } from 'rxjs';
import type { SourceRow } from '../../../contracts/rows/Row.js';
import { bucketByLength } from '../../../operators/batches/bucketByLength.js';
import { evaluate } from '../../../operators/training/evaluate.js';
import { preprocess } from '../../../operators/rows/preprocess.js';
import { tokenize } from '../../../operators/rows/tokenize.js';
import { alongside } from '../../../sinks/alongside.js';
import { metrics } from '../../../sinks/metrics/metrics.js';
import { reliability } from '../../../sinks/metrics/reliability.js';
import { listNames } from '../../../contracts/messages/listNames.js';
import { checkFile } from '../../outputs/checkOutput.js';
import { fromTask } from '../../process/fromTask.js';
import { evaluationJson, reliabilityLine } from '../../inference/evaluationReport.js';
import { SeenRows, UNSEEN_HELP } from '../../inference/SeenRows.js';
import { Mistakes, writeMistakes } from '../../inference/mistakes.js';
import { metricsTable } from '../../../sinks/metrics/metricsTable.js';
import { rowProgress } from '../../../sinks/progress/rowProgress.js';
import { wantsColors } from '../../../sinks/terminal/wantsColors.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { backendLine } from '../../backends/backendLine.js';
import { addDataOptions, type RejectionOptions, type TableFlags } from '../../tables/tableOptions.js';
import { openData } from '../../tables/dataSource.js';
import { telling } from '../../tables/firstPass.js';
import { DATA_HELP } from '../../tables/openTables.js';
import { checkRejectionsFile, tellingRejections } from '../../tables/tellRejections.js';
import { fromFirst } from '../../process/fromFirst.js';
import { withAnyModel } from '../../inference/model.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { collect, path, wholeNumber } from '../../process/argument.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

interface Options extends TableFlags, RejectionOptions, BackendChoice {
  readonly model: string;
  readonly data: readonly string[];
  readonly batchSize: number;
  readonly unseen?: boolean;
  readonly json?: boolean;
  readonly errors?: string;
}

const HELP = `
Every row of the data is measured. A model scores too high on texts that it has seen in its training. With
--unseen, these rows are left out: of the training file itself, only the held-out test rows remain. The scores
on these rows are also in performance.json (headwater inspect DIR).

Examples:
  $ headwater evaluate --model models/news --data more-news.csv
  $ headwater evaluate --model models/news --data news.csv --unseen
  $ headwater evaluate --model models/news --data more-news.csv --errors mistakes.csv
  $ headwater evaluate --model models/news --data more-news.csv --json | jq .overall.f1
`;

const evaluation = (
  { model: directory, data, batchSize, unseen, json = false, errors, ...options }: Options,
  terminal: Terminal,
) => {
  const work$ = withAnyModel(
    directory,
    options,
    terminal.env,
    ({ model, artifacts: { text, labelEncoder, training, seen }, encoder, backend }) => {
      let onRow: ((row: SourceRow) => void) | undefined;
      const source = openData(data, options, terminal, training?.table, (row) => onRow?.(row));
      const seenRows = new SeenRows([{ directory, seen }], unseen);
      const mistakes = new Mistakes();
      const measured$ = source.rows$.pipe(
        fromFirst((row$) =>
          row$.pipe(
            alongside(rowProgress({ label: 'evaluating', stream: terminal.stderr, env: terminal.env })),
            telling(backendLine(backend), terminal),
          ),
        ),
        seenRows.filtering,
        preprocess({ text }),
        tokenize(encoder, labelEncoder, { rejections: source.laterRejections }),
        bucketByLength({ batchSize, padIndex: encoder.padIndex, unknownIndex: encoder.unknownIndex }),
        evaluate(model, { valve: source.valve }),
        tap((batch) => {
          if (errors !== undefined) mistakes.add(batch);
        }),
        connect((batch$) =>
          forkJoin({ report: batch$.pipe(metrics(labelEncoder.classes)), reliable: batch$.pipe(reliability()) }),
        ),
        tap(({ report, reliable }) => {
          if (report.rows === 0)
            throw (
              seenRows.noneLeft ??
              new HeadwaterError(
                'HW_EMPTY',
                `There is no row to measure in ${source.name}. Check the file, and that its ` +
                  `classes are those of the model: ${listNames(labelEncoder.classes)}.`,
              )
            );
          terminal.stdout.write(
            json
              ? `${evaluationJson(report, reliable, seenRows.seen)}\n`
              : `${metricsTable(report, { colors: wantsColors(terminal.stdout, terminal.env) })}\n` +
                  `${reliabilityLine(reliable)}\n`,
          );
          if (seenRows.line !== undefined) terminal.stderr.write(`${seenRows.line}\n`);
        }),
      );
      const written$ =
        errors === undefined
          ? EMPTY
          : writeMistakes(
              errors,
              mistakes,
              source.rows$,
              (listener) => (onRow = listener),
              labelEncoder.classes,
              (line) => terminal.stderr.write(`${line}\n`),
            );
      return tellingRejections(concat(measured$, written$), source, options, terminal);
    },
  );
  const checked$ = errors === undefined ? EMPTY : fromTask(checkFile(errors)).pipe(ignoreElements());
  return concat(checked$, checkRejectionsFile(options), work$);
};

/** `headwater evaluate`. */
export const evaluateCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addDataOptions(
      new Command('evaluate')
        .description('measure a saved classifier on labelled headlines')
        .requiredOption('--model <dir>', 'the folder of the saved model', path)
        .requiredOption('--data <source...>', DATA_HELP, collect),
    ),
  )
    .option('--unseen', UNSEEN_HELP)
    .option('--batch-size <n>', 'rows in each batch', wholeNumber(1), 64)
    .option(
      '--errors <file>',
      'write the rows that were classified wrongly to this file, the surest mistakes first',
      path,
    )
    .option('--json', 'write the scores as JSON, in the form of performance.json and more')
    .addHelpText('after', HELP)
    .action((options: Options) => choose({ work$: evaluation(options, terminal), outlivesReader: false }));
