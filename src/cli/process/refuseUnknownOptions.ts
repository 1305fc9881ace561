import type { Command } from 'commander';

/** The pairs of characters of a word, its begin and its end included. */
const pairsOf = (word: string): ReadonlySet<string> => {
  const marked = `^${word}$`;
  return new Set(Array.from({ length: marked.length - 1 }, (_, at) => marked.slice(at, at + 2)));
};

/** How many pairs of characters two words share: 1 for the same words, 0 for words that share none. */
const likeness = (a: string, b: string): number => {
  const [some, others] = [pairsOf(a), pairsOf(b)];
  return (2 * [...some].filter((pair) => others.has(pair)).length) / (some.size + others.size);
};

const LEAST_LIKENESS = 0.4;
/** A name is suggested beside the most like one if it is nearly as like. */
const NEARLY = 0.75;
const MOST_NAMES = 3;

/**
 * The options that a reader may have meant, the most like ones first. The names share pairs of characters with it, so
 * they may be spelt otherwise (`--epcohs`), or have more or fewer words (`--out` for `--out-file`). Of a short option,
 * those that begin with its letter.
 */
export const likeOptions = (option: string, names: readonly string[]): readonly string[] => {
  const short = /^-([a-z])/i.exec(option)?.[1];
  if (short !== undefined) return names.filter((name) => name.startsWith(`--${short}`)).slice(0, MOST_NAMES);
  const scored = names
    .map((name) => ({ name, score: likeness(option.slice(2), name.slice(2)) }))
    .sort((a, b) => b.score - a.score);
  const least = Math.max(LEAST_LIKENESS, NEARLY * (scored[0]?.score ?? 0));
  return scored.flatMap(({ name, score }) => (score >= least ? [name] : [])).slice(0, MOST_NAMES);
};

/** How a command is called: with its arguments, and the options that it requires. */
const usageOf = (command: Command, name: string): string => {
  const required = command.options.flatMap(({ mandatory, flags }) => (mandatory ? [flags] : []));
  return [name, ...required, command.usage()].join(' ');
};

const refuse = (command: Command, name: string, unknown: string): never => {
  const option = unknown.replace(/=.*/s, '');
  const names = command.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long]));
  const like = likeOptions(option, [...names, '--help']);
  const hint =
    like.length === 0
      ? `Usage: ${usageOf(command, name)}`
      : `Did you mean ${like.length === 1 ? '' : 'one of '}${like.join(', ')}?`;
  return command.error(`error: unknown option '${option}' (${hint})`, { code: 'commander.unknownOption', exitCode: 1 });
};

/**
 * Refuses an option that a command does not have, with the names of those that may be meant.
 *
 * commander tells first of a required option that is missing, although the unknown one may be meant for it, and it
 * suggests only names that differ in few characters.
 *
 * @param name the full name of the command
 */
export const refuseUnknownOptions = (command: Command, name: string): void => {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args) => {
    const parsed = parse(args);
    const [unknown] = parsed.unknown;
    // A command with commands of its own gives them what it does not know.
    if (unknown === undefined || command.commands.length > 0 || parsed.unknown.some((arg) => /^(-h|--help)$/.test(arg)))
      return parsed;
    return refuse(command, name, unknown);
  };
};
