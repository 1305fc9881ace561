import { Command, Option } from 'commander';
import { collect, path, wholeNumber } from '../../process/argument.js';
import { DATA_HELP } from '../../tables/openTables.js';
import { flowShown } from '../../flow/flowShown.js';
import type { Choose } from '../../process/Job.js';
import { trainingCheckpoints } from '../../checkpoints/trainingCheckpoints.js';
import type { Terminal } from '../../process/Terminal.js';
import { trainingJob } from '../../training/trainingJob.js';
import { decidingOptions } from '../../training/options/decidingOptions.js';
import { addTrainingOptions, type TrainingOptions } from '../../training/options/trainingOptions.js';
import { trainingPage } from '../../training/trainingPage.js';

interface Options extends TrainingOptions {
  readonly data: readonly string[];
  readonly out: string;
}

const HELP = `
The first pass splits the rows: 70 % train, 15 % validation, 15 % test. Each class is split by itself, and
repeated headlines stay on one side. The vocabulary comes from the train rows. The training ends when the
validation loss stops falling. Then the test rows are measured and the model is saved.

Meanwhile checkpoints are written to <out>/checkpoints, and removed once the model is saved. Ctrl-C, SIGTERM
and SIGHUP write one too. After a crash or a signal the same command with --resume continues, and ends with the
same bytes.

Examples:
  $ headwater train --data news.csv --out models/news --epochs 8 --lr 1e-3
  $ headwater train --data https://example.org/news.csv.gz --out models/rnn --cell rnn
  $ headwater train --data news.csv --out models/news --json > events.jsonl
  $ headwater train --data news.csv --out models/news --tensorboard runs
  $ headwater train --data news.csv --out models/news --ui
  $ headwater train --data news.csv --out models/news --resume
  $ headwater train --data news.csv --out models/news --search 20 --cross-validate 5 --refit
`;

/** `headwater train`. */
export const trainCommand = (terminal: Terminal, choose: Choose): Command =>
  addTrainingOptions(
    new Command('train')
      .description('train a classifier and save it')
      .requiredOption('--data <source...>', DATA_HELP, collect)
      .requiredOption('--out <dir>', 'the folder for the saved model', path)
      .option(
        '--search <n>',
        'first train with this number of random settings, and take the best one on the validation rows',
        wholeNumber(2, 1000),
      )
      .option(
        '--warm-start <dir>',
        'start from the weights of this saved model, such as one that was trained on fewer rows or classes; its ' +
          'kind, sizes, word vectors and way of reading texts are kept, and rows that it was trained on are train rows',
        path,
      )
      .addOption(new Option('--trial <setting>', 'one trial of a search').hideHelp()),
  )
    .addHelpText('after', HELP)
    .action(({ data, out, ...options }: Options) => {
      const flow = flowShown(options, terminal);
      const page = trainingPage(options, flow.terminal);
      const checkpoints = trainingCheckpoints(out, options, decidingOptions(options), flow.terminal);
      choose({
        work$: trainingJob(data, out, options, flow, page, checkpoints),
        outlivesReader: true,
        finish: () => page?.finish() === true || checkpoints.finish(),
      });
    });
