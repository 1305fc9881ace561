import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fence, PRINTS, root } from './fences.js';

/** Pages whose programs show what they print. Elsewhere only blocks that show it already are brought up to date. */
export const SHOWS_OUTPUT = /^docs\/(learn|from|cookbook)\//;

/** Writes what blocks of pages print below them. */
export const writeOutput = (printedBy: ReadonlyMap<Fence, string>): void => {
  // From the last block of a page to its first, so that the lines of those before stay where they are.
  const fences = [...printedBy].toSorted(([one], [other]) => other.line - one.line);
  for (const [{ file, line, code, prints }, printed] of fences) {
    if (!file.endsWith('.md') || (prints === undefined && (printed === '' || !SHOWS_OUTPUT.test(file)))) continue;
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    const end = line + code.split('\n').length;
    const shown = prints === undefined ? 0 : prints.split('\n').length + 3;
    lines.splice(end, shown, ...(printed === '' ? [] : ['', `\`\`\`${PRINTS}`, ...printed.split('\n'), '```']));
    writeFileSync(join(root, file), lines.join('\n'));
  }
};
