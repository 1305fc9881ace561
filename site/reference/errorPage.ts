import { ERROR_EXPLANATIONS } from '../../src/cli/process/errorExplanations.js';

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Options, variables and names of the API are code; so is what begins with the command's name. */
const asCode = (text: string): string =>
  text.replaceAll(
    /(headwater (?:[a-z]+|COMMAND)(?: (?:[A-Z]+|--help))*|--[a-z-]+|\b[A-Z]+_[A-Z_]+\b|\b[a-z]+[A-Z]\w+|\w+\(\))/g,
    '`$1`',
  );

/** `docs/errors.md`: each error code with its meaning, its causes, and what to do. A test compares the file with it. */
export const errorPage = (): string => `# Errors

Every error that Headwater throws, or sends through \`error\`, is a \`HeadwaterError\` with a \`code\`.
A code keeps its meaning, so a program can test it.
The command prints the code at the end of the line; \`headwater explain HW_PATH\` prints the same as this page.
[Troubleshooting](troubleshooting.md) is sorted by what you see.

${Object.entries(ERROR_EXPLANATIONS)
  .map(
    ([code, { meaning, causes, cures }]) =>
      `## ${code}\n\n${asCode(meaning)}\n\n**Causes**\n\n${asCode(bullets(causes))}\n\n**What ` +
      `to do**\n\n${asCode(bullets(cures))}\n`,
  )
  .join('\n')}`;
