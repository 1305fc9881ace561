import { Argument, Command, InvalidArgumentError } from 'commander';
import { defer } from 'rxjs';
import type { ErrorCode } from '../../../contracts/HeadwaterError.js';
import { ERROR_EXPLANATIONS } from '../../process/errorExplanations.js';
import { exitStatusOfCode } from '../../process/exitStatus.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly json?: boolean;
}

const HELP = `
An error line ends with its code, such as [HW_COLUMNS]. Without a code, all codes are listed.

Examples:
  $ headwater explain HW_COLUMNS
  $ headwater explain --json | jq 'keys'
`;

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_EXPLANATIONS, code);

const CODES = Object.keys(ERROR_EXPLANATIONS).filter(isCode);

/** A code as people write it: copied with its brackets, in small letters, without the prefix. */
const parseCode = (value: string): ErrorCode => {
  const name = value
    .trim()
    .replaceAll(/^\[|\]$/g, '')
    .toUpperCase();
  const code = name.startsWith('HW_') ? name : `HW_${name}`;
  if (isCode(code)) return code;
  throw new InvalidArgumentError('There is no such code. headwater explain lists all codes.');
};

const bullets = (title: string, lines: readonly string[]): string =>
  `\n${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`;

const explain = (code: ErrorCode): string => {
  const { meaning, causes, cures } = ERROR_EXPLANATIONS[code];
  return (
    `${code}: ${meaning}\n${bullets('Causes', causes)}${bullets('What to do', cures)}\nExit ` +
    `status of the command: ${exitStatusOfCode(code)}\n`
  );
};

const list = (): string => {
  const width = Math.max(...CODES.map((code) => code.length));
  return CODES.map((code) => `${code.padEnd(width)}  ${ERROR_EXPLANATIONS[code].meaning}\n`).join('');
};

const asJson = (code: ErrorCode) => ({ code, ...ERROR_EXPLANATIONS[code], exitStatus: exitStatusOfCode(code) });

/** `headwater explain`. */
export const explainCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('explain')
    .description('explain an error code: what it means, its causes, and what to do')
    .addArgument(new Argument('[code]', 'a code such as HW_COLUMNS').choices(CODES).argParser(parseCode))
    .option('--json', 'write JSON: one object for a code, or one with all codes')
    .addHelpText('after', HELP)
    .action((code: ErrorCode | undefined, { json = false }: Options) => {
      const text = (): string => {
        if (!json) return code === undefined ? list() : explain(code);
        const all = Object.fromEntries(CODES.map((one) => [one, asJson(one)]));
        return `${JSON.stringify(code === undefined ? all : asJson(code))}\n`;
      };
      choose({
        work$: defer(() => {
          terminal.stdout.write(text());
          return [];
        }),
        outlivesReader: false,
      });
    });
