import { type Command, Option } from 'commander';
import type { Observable } from 'rxjs';
import type { Cell } from '../../models/ClassifierConfig.js';
import { MOST_THREADS } from '../../ops/kernels/simd/machine/KernelThreads.js';
import {
  BACKEND_NAMES,
  type BackendName,
  type SelectedBackend,
  selectBackend,
} from '../../ops/backends/selectBackend.js';
import { fraction, path, port, positiveNumber, wholeNumber } from '../process/argument.js';
import { chooseBackend } from '../backends/chooseBackend.js';
import { fromTask } from '../process/fromTask.js';
import { addTextOptions, type TextOptions } from './textOptions.js';
import type { Workload } from '../backends/selfTest.js';

/** Which columns of a table hold what. */
export interface ColumnOptions {
  readonly titleColumn: string;
  readonly labelColumn: string;
}

/** What becomes of rows that do not pass validation. */
export interface RejectionOptions {
  readonly maxRejections: number;
  readonly rejections?: string;
}

/** How a training goes, as the command line says it. */
export interface TrainingOptions extends ColumnOptions, RejectionOptions, TextOptions, BackendChoice {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly patience: number;
  readonly seed: number;
  readonly cell: Cell;
  readonly bidirectional?: boolean;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly fcDim: number;
  readonly dropout: number;
  readonly overPadding?: boolean;
  readonly numTokens: number;
  readonly minTokenFrequency: number;
  readonly json?: boolean;
  readonly tensorboard?: string;
  readonly ui?: boolean;
  readonly uiPort: number;
  /** Whether the page of `--ui` is opened in a browser. */
  readonly open: boolean;
}

/** Puts the options that say where rows come from on a command. */
export const addDataOptions = (command: Command): Command =>
  command
    .option('--title-column <name>', 'the column that holds the headline', 'title')
    .option('--label-column <name>', 'the column that holds the class', 'category')
    .option(
      '--max-rejections <n>',
      'the most rows that may fail validation before it is given up',
      wholeNumber(0),
      1000,
    )
    .option('--rejections <file>', 'write each row that failed validation there, as a JSON line', path);

/** What computes, and on how many threads. */
export interface BackendChoice {
  readonly backend: BackendName;
  readonly threads?: number;
}

/** Puts the options that say what computes on a command. */
export const addBackendOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--backend <name>', 'what computes; auto: the fastest here of what is set up')
        .choices(BACKEND_NAMES)
        .default('auto'),
    )
    .option(
      '--threads <n>',
      'threads of the embedded backend (default: as many as there are cores, at most 4)',
      wholeNumber(1, MOST_THREADS),
    );

/** Loads what the options ask for, at a workload that decides where they leave it to us. */
export const chosenBackend = (
  { backend, threads }: BackendChoice,
  workload: Omit<Workload, 'threads'>,
  env: NodeJS.ProcessEnv,
): Observable<SelectedBackend> => {
  const options = threads === undefined ? {} : { threads };
  return backend === 'auto'
    ? chooseBackend({ ...workload, ...options }, env)
    : fromTask(selectBackend(backend, options));
};

/** Defaults of a training that are a command's own, and how `--help` tells those that depend. */
export interface OwnDefaults {
  readonly epochs?: number;
  readonly epochsTold?: string;
  readonly lr?: number;
  readonly patience?: number;
  readonly seed?: number;
}

/** Puts the options of a training on a command; the defaults are the lesson's unless the command has its own. */
export const addTrainingOptions = (command: Command, own: OwnDefaults = {}): Command =>
  addBackendOptions(addTextOptions(addDataOptions(command)))
    .addOption(
      new Option('--epochs <n>', 'the most passes over the train rows')
        .argParser(wholeNumber(1))
        .default(own.epochs ?? 50, own.epochsTold),
    )
    .option('--batch-size <n>', 'rows a batch', wholeNumber(1), 64)
    .option('--lr <rate>', 'the learning rate to start with', positiveNumber, own.lr ?? 1e-4)
    .option(
      '--patience <n>',
      'stop after this many epochs without a better validation loss',
      wholeNumber(1),
      own.patience ?? 10,
    )
    .option(
      '--seed <n>',
      'decides the split, the order of batches, the first weights and dropout',
      wholeNumber(0),
      own.seed ?? 1234,
    )
    .addOption(new Option('--cell <name>', 'the recurrent cell').choices(['rnn', 'gru', 'lstm']).default('gru'))
    .option('--bidirectional', 'read each headline from both ends (the default for gru and lstm)')
    .option('--no-bidirectional', 'read each headline from its start only (the default for rnn)')
    .option('--embedding-dim <n>', "features of a token's embedding", wholeNumber(1), 100)
    .option('--hidden-dim <n>', "features of a direction's hidden state", wholeNumber(1), 128)
    .option('--fc-dim <n>', 'features between the two linear layers', wholeNumber(1), 100)
    .option('--dropout <share>', 'the share of those features that is dropped in training', fraction, 0.1)
    .option('--over-padding', "run the recurrent layers over the padding, as the lesson's code does")
    .option('--num-tokens <n>', 'the most tokens in the vocabulary, padding and unknown included', wholeNumber(3), 5000)
    .option('--min-token-frequency <n>', 'leave out tokens that are rarer in the train rows', wholeNumber(1), 1)
    .option('--json', 'write every event of the training to stdout as a JSON line')
    .option('--tensorboard <dir>', 'write the training there as a run for TensorBoard', path)
    .option('--ui', 'show the training on a page while it runs, at an address that is told on stderr')
    .option('--ui-port <n>', 'the port of the page; 0 lets the system choose', port, 0)
    .option('--no-open', 'do not open the page in a browser');
