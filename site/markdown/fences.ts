import type { MarkdownRenderer } from 'vitepress';
import { drawDiagram, escapeXml } from '../marbles/drawDiagram.js';
import { parseDiagram } from '../marbles/parseDiagram.js';
import { isRunnable } from '../playground/isRunnable.js';

/** What a page knows while it is rendered: here how often each title of a diagram has been given. */
interface Page {
  diagrams?: Map<string, number>;
}

/** A title that no other diagram of the page has: a screen reader lists them. */
const titleIn = (page: Page, title: string): string => {
  page.diagrams ??= new Map();
  const times = (page.diagrams.get(title) ?? 0) + 1;
  page.diagrams.set(title, times);
  return times === 1 ? title : `${title}, ${times}`;
};

/**
 * A marble diagram as a picture. The text stays, so that it can be read and copied.
 *
 * @param isRun whether the tests run it
 */
const marbles = (text: string, isRun: boolean, page: Page): string => {
  const diagram = parseDiagram(text);
  const operator = diagram.lines.find((line) => line.type === 'operator')?.code;
  const title = titleIn(page, operator === undefined ? 'Marble diagram' : `Marble diagram of ${operator}`);
  return (
    '<figure class="marbles" v-pre>' +
    '<div class="marbles-frame" tabindex="0" role="region" ' +
    `aria-label="${escapeXml(title)}">${drawDiagram(diagram, title)}</div>` +
    (isRun ? '' : '<figcaption>The times depend on files, a terminal or a network.</figcaption>') +
    `<details><summary>as text</summary><pre>${escapeXml(text)}</pre></details></figure>\n`
  );
};

/** A button beside code that a browser can run. */
const runnable = (code: string, shown: string): string =>
  `<div class="runnable" data-code="${escapeXml(encodeURIComponent(code))}">${shown}<button ` +
  'type="button" class="run">Run and edit</button></div>\n';

/** The number of characters that a piece of code in a sentence may have to stay on one line, also on a phone. */
const SHORT = 16;

const isOf = (language: string, token: { readonly info: string } | undefined): boolean =>
  token?.info.trim().split(/\s+/)[0] === language;

/**
 * Draws blocks of code marked `marbles`, or `marbles drawn` where a test cannot run them in virtual time. Gives a
 * button to each block of TypeScript that a browser can run. Titles a block `text prints`, which has what the code
 * above it prints. Keeps short pieces of code in sentences on one line.
 */
export const fences = ({ renderer: { rules } }: MarkdownRenderer): void => {
  const plain = rules.fence;
  rules.fence = (tokens, index, options, env, self) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    const [language, ...flags] = info.trim().split(/\s+/);
    if (language === 'marbles') return marbles(content.trimEnd(), !flags.includes('drawn'), env as Page);
    const highlighted = plain?.(tokens, index, options, env, self) ?? '';
    const shown =
      language === 'ts' && !flags.includes('no-run') && isRunnable(content)
        ? runnable(content.trimEnd(), highlighted)
        : highlighted;
    if (language === 'text' && flags.includes('prints')) return `<div class="prints"><p>Prints</p>${shown}</div>\n`;
    // Python and the TypeScript right after it stand side by side where the window is wide.
    if (language === 'python' && isOf('ts', tokens[index + 1])) return `<div class="beside">${shown}`;
    return language === 'ts' && isOf('python', tokens[index - 1]) ? `<div>${shown}</div></div>\n` : shown;
  };
  // A browser breaks a line after each hyphen, and would cut `--out` in two.
  const inline = rules.code_inline;
  rules.code_inline = (tokens, index, options, env, self) => {
    const token = tokens[index];
    if (token !== undefined && token.content.length <= SHORT && /[-\s]/.test(token.content))
      token.attrSet('class', 'short');
    return inline?.(tokens, index, options, env, self) ?? '';
  };
  // Code that is only indented gets the frame of other code: without it, a long line makes the page wider.
  rules.code_block = (tokens, index, options, env, self) => {
    const token = tokens[index];
    if (token !== undefined) token.info = 'text';
    return rules.fence?.(tokens, index, options, env, self) ?? '';
  };
};
