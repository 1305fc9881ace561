import { type FlowShown, flowShown } from '../../flow/flowShown.js';
import { Command } from 'commander';
import { dematerialize, map, materialize, type Observable, of, switchMap, tap } from 'rxjs';
import { serveSample } from '../../../streams/sample/serveSample.js';
import { rowEncoder } from '../../../text/rowEncoder.js';
import { collect, path } from '../../process/argument.js';
import { classifyTitles } from '../../inference/classifyTitles.js';
import { DATA_HELP, type DataNames } from '../../tables/openTables.js';
import { predictionFormatter } from '../../inference/formatPrediction.js';
import type { Choose } from '../../process/Job.js';
import { type TrainingCheckpoints, trainingCheckpoints } from '../../checkpoints/trainingCheckpoints.js';
import type { Terminal } from '../../process/Terminal.js';
import { trainingJob } from '../../training/trainingJob.js';
import { decidingOptions } from '../../training/options/decidingOptions.js';
import { addTrainingOptions, type TrainingOptions } from '../../training/options/trainingOptions.js';
import { type TrainingPage, trainingPage } from '../../training/trainingPage.js';

interface Options extends TrainingOptions {
  readonly data?: readonly string[];
  readonly out: string;
}

/** Headlines that are classified at the end, one line each. */
const HEADLINES: readonly string[] = [
  'The final tennis tournament starts next week.',
  'Shares fall as the bank reports a loss for the quarter',
  'Researchers release software that maps the surface of a distant moon',
];

const HELP = `
Without --data it trains on a sample that it generates: invented headlines of four classes. It reads the
sample over HTTP, from a server of its own on the loopback address.

Examples:
  $ npm start
  $ npm start -- --ui
  $ npm start -- --data news.csv
  $ npm start -- --data ag-news --epochs 3
`;

const demo = (
  { data, out, ...options }: Options,
  flow: FlowShown,
  page: TrainingPage | undefined,
  checkpoints: TrainingCheckpoints,
): Observable<unknown> => {
  const { terminal } = flow;
  const run = (source: DataNames): Observable<unknown> =>
    trainingJob(source, out, options, flow, page, checkpoints).pipe(
      switchMap(({ model, features, vectors, split: { text, tokenizer, labelEncoder } }) => {
        const formatter = predictionFormatter(options.json === true ? 'jsonl' : 'text', labelEncoder.classes);
        return of(HEADLINES).pipe(
          classifyTitles(model, { text, labelEncoder }, rowEncoder({ tokenizer, features, vectors, text })),
          tap((classified) => void terminal.stdout.write(formatter.line(classified))),
        );
      }),
    );
  if (data !== undefined) return run(data);
  return serveSample().pipe(
    map((url) => url.href),
    tap((url) => terminal.stderr.write(`data: a generated sample, served at ${url}\n`)),
    // The server runs until it is unsubscribed, so the end of the run must be emitted as a value.
    switchMap((url) => run(url).pipe(materialize())),
    dematerialize(),
  );
};

/**
 * The seed of the split, the initial weights and all other random choices. With about ten thousand headlines, it
 * decides the class of the tennis headline (docs/lesson.md): a word that occurs a dozen times in the train rows is not
 * learnt reliably.
 */
const SEED = 1;

/** `headwater demo`, which `npm start` runs. */
export const demoCommand = (terminal: Terminal, choose: Choose): Command =>
  addTrainingOptions(
    new Command('demo')
      .description('train on a sample, evaluate, save the model, and classify three headlines')
      .option('--data <source>', DATA_HELP, collect)
      .option('--out <dir>', 'the folder for the saved model', path, 'artifacts'),
    { seed: SEED },
  )
    .addHelpText('after', HELP)
    .action((options: Options) => {
      const flow = flowShown(options, terminal);
      const page = trainingPage(options, flow.terminal);
      const checkpoints = trainingCheckpoints(options.out, options, decidingOptions(options), flow.terminal);
      choose({
        work$: demo(options, flow, page, checkpoints),
        outlivesReader: true,
        finish: () => page?.finish() === true || checkpoints.finish(),
      });
    });
