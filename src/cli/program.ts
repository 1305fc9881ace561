import { Command } from 'commander';
import { printable } from '../sinks/terminal/printable.js';
import type { Choose } from './process/Job.js';
import type { Terminal } from './process/Terminal.js';
import { VERSION } from './process/version.js';

/** The commands. Each is loaded when it is wanted: to load them all takes longer than many a one takes for its work. */
const COMMANDS = {
  demo: async () => (await import('./commands/demo.js')).demoCommand,
  train: async () => (await import('./commands/train.js')).trainCommand,
  evaluate: async () => (await import('./commands/evaluate.js')).evaluateCommand,
  predict: async () => (await import('./commands/predict.js')).predictCommand,
  watch: async () => (await import('./commands/watch.js')).watchCommand,
  serve: async () => (await import('./commands/serve.js')).serveCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  vectors: async () => (await import('./commands/vectors.js')).vectorsCommand,
  setup: async () => (await import('./commands/setup.js')).setupCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
} as const;

const isCommand = (word: string | undefined): word is keyof typeof COMMANDS =>
  word !== undefined && Object.hasOwn(COMMANDS, word);

/**
 * A command line as it would be without the word `help` in front: a command with `--help`, and what is none for the
 * refusal that it then gets.
 */
export const withoutHelpWord = (args: readonly string[]): readonly string[] => {
  const [first, second] = args;
  if (first !== 'help' || second === undefined) return args;
  return isCommand(second) ? [second, '--help'] : [second];
};

/** What a command is called by, with those that it stands in. */
const fullName = (command: Command): string =>
  `${command.parent === null ? '' : `${fullName(command.parent)} `}${command.name()}`;

const VERSION_FLAGS = ['-v', '--version'] as const;

/**
 * The commands that are wanted to read a command line: that which it begins with; all of them for help, and for a
 * suggestion where it begins with none.
 */
const wanted = ([first]: readonly string[]): readonly (keyof typeof COMMANDS)[] => {
  if (isCommand(first)) return [first];
  return VERSION_FLAGS.some((flag) => flag === first) ? [] : Object.keys(COMMANDS).filter(isCommand);
};

/**
 * The words of a command line and what they mean; nothing is done yet when they have been read.
 *
 * @param args the command line that it is to read
 */
export const buildProgram = async (args: readonly string[], terminal: Terminal, choose: Choose): Promise<Command> => {
  const program = new Command('headwater')
    .description(
      'Text classification on streams: train a classifier from a CSV file or URL, evaluate it, and classify headlines as they arrive.',
    )
    .version(VERSION, VERSION_FLAGS.join(', '))
    // `setup` has a --version of its own.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nEach command has its own help with examples: headwater train --help\nExit status: 0 success, 1 failure, 2 wrong usage, 130 and 143 interrupted.\n',
    );
  for (const name of wanted(args)) program.addCommand((await COMMANDS[name]())(terminal, choose));
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      // One line, as every other error is told; a suggestion that commander puts on a line of its own is kept.
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
  return program;
};
