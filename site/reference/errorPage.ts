import { ERROR_EXPLANATIONS } from '../../src/cli/process/errorExplanations.js';
import type { Page } from '../pages/Page.js';

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** Options and variables are code; so is what begins with the command's name. */
const asCode = (text: string): string =>
  text.replaceAll(/(?<!`)(--[a-z-]+|\b[A-Z]+_[A-Z_]+\b|headwater [a-z]+(?: (?:[A-Z]+|--help))*)/g, '`$1`');

/** The page of all error codes: what each means, its causes, and what to do. */
export const errorPage = (): Page => ({
  path: 'reference/errors.md',
  markdown: `# Errors

Every error that Headwater throws, or sends through \`error\`, is a [\`HeadwaterError\`](/reference/operators/HeadwaterError) with a \`code\`.
A code keeps its meaning, so a program can test it.
The command \`headwater explain HW_PATH\` prints the same as this page.

${Object.entries(ERROR_EXPLANATIONS)
  .map(
    ([code, { meaning, causes, cures }]) =>
      `## ${code}\n\n${asCode(meaning)}\n\n**Causes**\n\n${asCode(bullets(causes))}\n\n**What ` +
      `to do**\n\n${asCode(bullets(cures))}\n`,
  )
  .join('\n')}`,
});
