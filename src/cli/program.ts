import { Command } from 'commander';
import { printable } from '../sinks/terminal/printable.js';
import type { Choose } from './process/Job.js';
import { refuseUnknownOptions } from './process/refuseUnknownOptions.js';
import type { Terminal } from './process/Terminal.js';
import { VERSION } from './process/version.js';

/** A command in the list of all commands, and how it is loaded. */
interface Listed {
  /** Its description in the list; it equals that of the command itself. */
  readonly description: string;
  readonly load: () => Promise<(terminal: Terminal, choose: Choose) => Command>;
}

/** The commands. Loading all of them takes longer than the work of many commands. */
const COMMANDS = {
  demo: {
    description: 'train on a sample, evaluate, save the model, and classify three headlines',
    load: async () => (await import('./commands/models/demo.js')).demoCommand,
  },
  train: {
    description: 'train a classifier and save it',
    load: async () => (await import('./commands/models/train.js')).trainCommand,
  },
  evaluate: {
    description: 'measure a saved classifier on labelled headlines',
    load: async () => (await import('./commands/models/evaluate.js')).evaluateCommand,
  },
  compare: {
    description: 'compare saved classifiers on the same labelled headlines',
    load: async () => (await import('./commands/models/compare.js')).compareCommand,
  },
  predict: {
    description: 'classify headlines: the arguments, the rows of a table, or lines from stdin as they arrive',
    load: async () => (await import('./commands/live/predict.js')).predictCommand,
  },
  watch: {
    description: 'classify the headlines of feeds as they arrive, newest first',
    load: async () => (await import('./commands/live/watch.js')).watchCommand,
  },
  serve: {
    description: 'classify headlines over HTTP, and the headlines of feeds as they arrive',
    load: async () => (await import('./commands/live/serve.js')).serveCommand,
  },
  work: {
    description: 'classify headlines from a broker on any number of machines, and write the results to a broker',
    load: async () => (await import('./commands/brokers/work.js')).workCommand,
  },
  publish: {
    description: 'write the headlines of feeds to a broker as they arrive',
    load: async () => (await import('./commands/brokers/publish.js')).publishCommand,
  },
  'publish-model': {
    description: 'publish a saved model on a broker, for workers to take while they work',
    load: async () => (await import('./commands/brokers/publishModel.js')).publishModelCommand,
  },
  workers: {
    description: 'show all workers of a group on a page',
    load: async () => (await import('./commands/brokers/workers.js')).workersCommand,
  },
  learn: {
    description: 'let a saved or published classifier learn from labels, and save or publish it',
    load: async () => (await import('./commands/live/learn.js')).learnCommand,
  },
  label: {
    description: 'label headlines in the terminal: the least certain first, and the model learns from each answer',
    load: async () => (await import('./commands/live/label.js')).labelCommand,
  },
  inspect: {
    description: 'show the configuration, the sizes and the scores of a saved classifier',
    load: async () => (await import('./commands/models/inspect.js')).inspectCommand,
  },
  runs: {
    description: 'show the curves, the options and the results of saved classifiers side by side, on a page',
    load: async () => (await import('./commands/models/runs.js')).runsCommand,
  },
  export: {
    description: 'write the network of a saved classifier as an ONNX file',
    load: async () => (await import('./commands/models/export.js')).exportCommand,
  },
  bundle: {
    description: 'write a saved classifier as one ES module that needs nothing else',
    load: async () => (await import('./commands/models/bundle.js')).bundleCommand,
  },
  vectors: {
    description: 'convert files of word vectors, and show what they hold',
    load: async () => (await import('./commands/environment/vectors.js')).vectorsCommand,
  },
  cache: {
    description: 'list the tables that are kept in the cache, or remove them',
    load: async () => (await import('./commands/environment/cache.js')).cacheCommand,
  },
  setup: {
    description: 'set up what --backend tensorflow needs, or English word vectors',
    load: async () => (await import('./commands/environment/setup.js')).setupCommand,
  },
  doctor: {
    description: 'show which backends work on this machine, and why the others do not',
    load: async () => (await import('./commands/environment/doctor.js')).doctorCommand,
  },
  explain: {
    description: 'explain an error code: what it means, its causes, and what to do',
    load: async () => (await import('./commands/environment/explain.js')).explainCommand,
  },
} as const satisfies Record<string, Listed>;

const isCommand = (word: string | undefined): word is keyof typeof COMMANDS =>
  word !== undefined && Object.hasOwn(COMMANDS, word);

/**
 * A command line without the word `help` in front: a command gets `--help`; an unknown word stays and is then refused.
 */
export const withoutHelpWord = (args: readonly string[]): readonly string[] => {
  const [first, second] = args;
  if (first !== 'help' || second === undefined) return args;
  return isCommand(second) ? [second, '--help'] : [second];
};

/** The name of a command with the names of its parents. */
const fullName = (command: Command): string =>
  `${command.parent === null ? '' : `${fullName(command.parent)} `}${command.name()}`;

const VERSION_FLAGS = ['-v', '--version'] as const;

/**
 * Builds the parser of the command line. Parsing does not start the work.
 *
 * @param args the command line to parse
 */
export const buildProgram = async (args: readonly string[], terminal: Terminal, choose: Choose): Promise<Command> => {
  const program = new Command('headwater')
    .description(
      'Text classification on streams: train a classifier from a CSV file or ' +
        'URL, evaluate it, and classify headlines as they arrive.',
    )
    .version(VERSION, VERSION_FLAGS.join(', '))
    // `setup` has its own --version.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nEach command has its own help with examples: headwater train --help\nExit status: ' +
        '0 success, 1 failure, 2 wrong usage, 129, 130 and 143 interrupted.\n',
    );
  const [first] = args;
  if (isCommand(first)) program.addCommand((await COMMANDS[first].load())(terminal, choose));
  // Enough for help, and for a suggestion if the word is not a command.
  else for (const [name, { description }] of Object.entries(COMMANDS)) program.command(name).description(description);
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    refuseUnknownOptions(command, fullName(command));
    command.exitOverride().configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      // Errors are one line. A suggestion that commander puts on a separate line is kept.
      outputError: (text, write) => {
        const sentence = text
          .replace(/^error: /, '')
          .trim()
          .replaceAll('\n', ' ')
          .replace(/[^.?!)]$/, '$&.');
        write(`headwater: ${printable(sentence)} See: ${fullName(command)} --help [HW_USAGE]\n`);
      },
    });
  }
  program.hook('preAction', async (_program, command) =>
    (await import('./outputs/protectInputs.js')).protectInputs(command),
  );
  return program;
};
