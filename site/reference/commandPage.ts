import type { Command, Option } from 'commander';
import { buildProgram } from '../../src/cli/program.js';
import type { Page } from '../pages/Page.js';

/** Text in a cell of a table: what Markdown and Vue would read is escaped. */
const cell = (text: string): string => text.replaceAll(/[|<>{}*_[\]]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const listed = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** The default of an option; empty where it has none. */
const defaultOf = ({ defaultValue, defaultValueDescription }: Option): string => {
  const text = defaultValueDescription ?? (defaultValue === undefined ? '' : listed(defaultValue));
  return text === '' ? '' : `\`${text}\``;
};

const optionLine = (option: Option): string => {
  const { flags, description, argChoices, mandatory } = option;
  const choices = argChoices === undefined ? '' : `; one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
  return `| \`${flags}\` | ${mandatory ? '**needed**: ' : ''}${cell(description)}${choices} | ${defaultOf(option)} |`;
};

/** Examples and notes of the help, as they are printed. */
const notesOf = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text.slice(text.indexOf(command.helpInformation()) + command.helpInformation().length).trim();
};

const sectionOf = (command: Command, name: string, level: string): string => {
  const options = command.options.filter(({ hidden }) => !hidden);
  const notes = notesOf(command);
  return [
    `${level} headwater ${name}`,
    `${cell(command.description())}.`,
    `\`\`\`sh\nheadwater ${name} ${command.usage()}\n\`\`\``,
    ...(command.registeredArguments.length === 0
      ? []
      : [
          command.registeredArguments
            .map((argument) => `- \`${argument.name()}\`: ${cell(argument.description)}`)
            .join('\n'),
        ]),
    ...(options.length === 0
      ? []
      : [`| option | what it does | default |\n| --- | --- | --- |\n${options.map(optionLine).join('\n')}`]),
    ...(notes === '' ? [] : [`\`\`\`text\n${notes}\n\`\`\``]),
    ...command.commands.map((inner) => sectionOf(inner, `${name} ${inner.name()}`, `${level}#`)),
  ].join('\n\n');
};

/** The page of the command: each of its commands with all options, their defaults and choices. */
export const commandPage = async (): Promise<Page> => {
  const names = (await buildProgram([], process, () => undefined)).commands.map((command) => command.name());
  const sections: string[] = [];
  for (const name of names) {
    // A command is loaded only for a line that begins with it.
    const { commands } = await buildProgram([name], process, () => undefined);
    const command = commands.find((one) => one.name() === name);
    if (command !== undefined) sections.push(sectionOf(command, name, '##'));
  }
  return {
    path: 'reference/command.md',
    markdown: `# The command

Every command with its options, as \`--help\` prints them.
In a project that has the package, begin with \`npx\`: \`npx headwater train …\`.

${sections.join('\n\n')}
`,
  };
};
