import { addFlowOptions, type FlowOptions } from '../../flow/flowOptions.js';
import { type Command, Option } from 'commander';
import type { Observable } from 'rxjs';
import type { Cell } from '../../../models/ClassifierConfig.js';
import type { WideGruPooling } from '../../../models/wide/WideGruConfig.js';
import type { Monitor } from '../../../contracts/training/TrainingState.js';
import type { LinearConfig } from '../../../models/linear/LinearConfig.js';
import { MOST_THREADS } from '../../../ops/kernels/simd/machine/mostThreads.js';
import {
  BACKEND_NAMES,
  type BackendName,
  type SelectedBackend,
  selectBackend,
} from '../../../ops/backends/selectBackend.js';
import { collect, fraction, path, port, positiveNumber, wholeNumber } from '../../process/argument.js';
import { chooseBackend } from '../../backends/chooseBackend.js';
import { addCheckpointOptions, type CheckpointOptions } from '../../checkpoints/checkpointOptions.js';
import { fromTask } from '../../process/fromTask.js';
import type { ClassWeighting } from '../../../training/ModelTrainingOptions.js';
import { type ArchitectureName, ARCHITECTURES } from './ArchitectureName.js';
import type { ScheduleName } from './ScheduleName.js';
import { addLabelOptions, type LabelOptions } from '../../tables/labelOptions.js';
import { addSplitOptions, type SplitOptions } from '../../tables/splitOptions.js';
import { addDataOptions, type RejectionOptions, type TableFlags } from '../../tables/tableOptions.js';
import { addTextOptions, type TextOptions } from './textOptions.js';
import type { Workload } from '../../backends/selfTest.js';

/** The command-line options of a training. */
export interface TrainingOptions
  extends
    TableFlags,
    RejectionOptions,
    LabelOptions,
    SplitOptions,
    TextOptions,
    BackendChoice,
    CheckpointOptions,
    FlowOptions {
  /** Default: from `recipeOf`. */
  readonly epochs?: number;
  /** Default: 64; for a recurrent model beside a linear one, by the number of rows. */
  readonly batchSize?: number;
  /** Default: from `recipeOf`. */
  readonly lr?: number;
  readonly schedule?: ScheduleName;
  readonly embeddingSpread?: number;
  readonly patience?: number;
  readonly seed: number;
  /** Default: from `architectureFrom`. */
  readonly architecture?: ArchitectureName;
  readonly vectors?: string;
  /** The folder of a saved model whose weights are the initial ones. Default: none. */
  readonly warmStart?: string;
  readonly classWeights?: ClassWeighting;
  readonly clipNorm?: number;
  /** Default: 1. */
  readonly seeds?: number;
  readonly keep?: 'best' | 'last';
  readonly refit?: boolean;
  /** Default: if there are few train rows. */
  readonly joinValidation?: boolean;
  /** The number of settings that are tried. Default: no search. */
  readonly search?: number;
  /**
   * A trial of a search: the setting as JSON. Only the command itself passes this option, to a process that it starts.
   */
  readonly trial?: string;
  /** Options of a linear model that only a search sets. */
  readonly wordWeight?: number;
  readonly optimizer?: LinearConfig['optimizer'];
  readonly inverseRegularization?: number;
  /** The number of folds. Default: no cross-validation. */
  readonly crossValidate?: number;
  /** Default: the loss. */
  readonly monitor?: Monitor;
  readonly cell?: Cell;
  readonly bidirectional?: boolean;
  readonly embeddingDim?: number;
  readonly hiddenDim?: number;
  readonly fcDim?: number;
  readonly dropout?: number;
  readonly pooling?: WideGruPooling;
  readonly overPadding?: boolean;
  readonly numTokens?: number;
  readonly minTokenFrequency: number;
  readonly json?: boolean;
  readonly tensorboard?: string | undefined;
  readonly ui?: boolean;
  readonly uiPort: number;
  /** Folders of saved models that the page compares with the training. */
  readonly beside?: readonly string[];
  /** Whether the page of `--ui` is opened in a browser. */
  readonly open: boolean;
}

/** The backend, and the number of its threads. */
export interface BackendChoice {
  readonly backend: BackendName;
  readonly threads?: number;
}

/** Adds the options for the backend to a command. */
export const addBackendOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--backend <name>', 'the backend that computes; auto takes the fastest one that is set up')
        .choices(BACKEND_NAMES)
        .default('auto'),
    )
    .option(
      '--threads <n>',
      'threads of the backend headwater (default: the number of cores, at most 4)',
      wholeNumber(1, MOST_THREADS),
    );

/** Loads the backend of the options. If they leave the choice open, the workload decides. */
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

/** Defaults of a training that belong to one command. */
export interface OwnDefaults {
  readonly seed?: number;
}

/** Adds the options of a training to a command. */
export const addTrainingOptions = (command: Command, own: OwnDefaults = {}): Command =>
  addFlowOptions(
    addCheckpointOptions(addBackendOptions(addTextOptions(addSplitOptions(addLabelOptions(addDataOptions(command)))))),
  )
    .option(
      '--epochs <n>',
      'train for at most this many epochs (default: 3 to 30, ' +
        'more where there are few rows; with --schedule plateau: 50)',
      wholeNumber(1),
    )
    .option(
      '--batch-size <n>',
      'rows in each batch (default: 64; of a wide GRU 32 to 128, by the number of rows)',
      wholeNumber(1),
    )
    .option(
      '--lr <rate>',
      'the learning rate: the highest one of a cycle, or the initial ' +
        'one (default: 3e-3; with --schedule plateau: 1e-4)',
      positiveNumber,
    )
    .option(
      '--clip-norm <n>',
      'scale the gradients of a step down where the norm of all of them is larger; the events of --json ' +
        'and --events have the norm (default: not, but of wide-gru 1 for its recurrent part)',
      positiveNumber,
    )
    .addOption(
      new Option(
        '--schedule <name>',
        'how the learning rate goes: up and down once, or down where the validation loss ' +
          'stops falling (default: one-cycle; with --text lesson: plateau)',
      ).choices(['one-cycle', 'plateau']),
    )
    .option(
      '--patience <n>',
      'with --schedule plateau: stop after this many epochs without a lower validation loss (default: 10)',
      wholeNumber(1),
    )
    .option(
      '--embedding-spread <deviation>',
      'the standard deviation of the initial embeddings (default: 0.1; with --text lesson: 1)',
      positiveNumber,
    )
    .option(
      '--seed <n>',
      'the seed of the split, the order of batches, the initial weights and dropout',
      wholeNumber(0),
      own.seed ?? 1234,
    )
    .option(
      '--seeds <n>',
      'train this number of recurrent networks with different seeds, and average ' +
        'their logits; the model contains all networks (default: 1)',
      wholeNumber(1, 20),
    )
    .addOption(
      new Option(
        '--pooling <kind>',
        'how a recurrent network pools the outputs of the tokens: max-mean, or attention, which the page ' +
          'shows by word (default: max-mean)',
      ).choices(['max-mean', 'attention']),
    )
    .addOption(
      new Option(
        '--architecture <name>',
        'the model: linear (on words and characters), wide-gru (recurrent, with a linear part), lesson ' +
          '(the recurrent one of the lesson), or auto, which trains linear and, where it promises more, ' +
          'wide-gru, and keeps the better one (default: auto; with --text lesson or an option of the lesson: lesson)',
      ).choices(ARCHITECTURES),
    )
    .option(
      '--vectors <source>',
      'word vectors for wide-gru: a file or URL, or none (default: ' +
        'those of headwater setup vectors, if they are there)',
      path,
    )
    .addOption(
      new Option(
        '--class-weights <name>',
        'how much the rows of a class count: all the same, inversely as many as there are of ' +
          'it, or as the root of that (default: none; of the lesson: balanced)',
      ).choices(['balanced', 'none', 'sqrt']),
    )
    .addOption(
      new Option(
        '--keep <which>',
        'the weights that are kept of a recurrent model: those of the best epoch, or of the last (default: best)',
      ).choices(['best', 'last']),
    )
    .option(
      '--cross-validate <k>',
      'first divide the rows into this number of folds, train a model for each ' +
        'on the other folds, and print the mean of their scores',
      wholeNumber(2, 100),
    )
    .option(
      '--refit',
      'train the chosen model again on all rows at the end, and save ' +
        'that; the scores stay those of the model on the train rows',
    )
    .option(
      '--join-validation',
      'when the model has been chosen, train it again on the train and ' +
        'validation rows (default where there are fewer than 9,000 train rows)',
    )
    .option('--no-join-validation', 'do not train on the validation rows')
    .addOption(
      new Option(
        '--monitor <figure>',
        'the validation figure that says which epoch of a recurrent model is the best: ' +
          'it chooses the weights, and --patience waits for it (default: loss)',
      ).choices(['loss', 'macro-f1', 'accuracy']),
    )
    .addOption(
      new Option(
        '--cell <name>',
        'the recurrent cell (default: gru); this option and those up ' +
          'to --over-padding are those of --architecture lesson',
      ).choices(['rnn', 'gru', 'lstm']),
    )
    .option(
      '--bidirectional',
      'add a reverse direction. The classifier takes its output at the last token, ' +
        'where it has read only that token (default for gru and lstm)',
    )
    .option('--no-bidirectional', 'use the forward direction only (default for rnn)')
    .option('--embedding-dim <n>', 'size of the embedding of a token (default: 100)', wholeNumber(1))
    .option('--hidden-dim <n>', 'size of the hidden state of each direction (default: 128)', wholeNumber(1))
    .option('--fc-dim <n>', 'size of the layer between the encoder and the classes (default: 100)', wholeNumber(1))
    .option(
      '--dropout <share>',
      'the share of that layer that dropout sets to zero in training (default: 0.1)',
      fraction,
    )
    .option('--over-padding', "run the recurrent layers over the padding too, as the lesson's code does")
    .option(
      '--num-tokens <n>',
      'size limit of the vocabulary, with the padding token and the ' +
        'unknown token (default: 30000; with --text lesson: 5000)',
      wholeNumber(3),
    )
    .option(
      '--min-token-frequency <n>',
      'leave out tokens that occur less often than this in the train rows',
      wholeNumber(1),
      1,
    )
    .option('--json', 'write each event of the training to stdout, as a JSON line')
    .option('--tensorboard <dir>', 'write the training to this folder, as a run for TensorBoard', path)
    .option('--ui', 'show the training on a page while it runs; its URL is printed on stderr')
    .option('--ui-port <n>', 'the port of the page; 0 takes a free one', port, 0)
    .option('--no-open', 'do not open the page in a browser')
    .option(
      '--beside <dir>',
      'show this saved model beside the training on the page of --ui; may be repeated',
      collect,
    );
