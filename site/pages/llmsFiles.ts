import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NavigationGroup, Page } from './Page.js';

const SUMMARY =
  'Streams of text into trained classifiers, with RxJS operators. A TypeScript library and a command for Node.';

/** The first sentence below the title. */
const firstSentence = (markdown: string): string =>
  /^(?:---\n[^]*?\n---\n+)?# [^\n]*\n+((?!```|[|#<-])[^\n]+)/
    .exec(markdown)?.[1]
    ?.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1') ?? '';

/**
 * `llms.txt` and `llms-full.txt` (llmstxt.org) for programs that read the documentation, and the Markdown of each page
 * that `llms.txt` links to.
 *
 * @param groups the list of pages
 * @param folder the folder of pages
 */
export const llmsFiles = (groups: readonly NavigationGroup[], folder: string): readonly Page[] => {
  const pathOf = (link: string): string => `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`;
  const chapters = groups.map(({ text, link, items }) => ({
    text,
    pages: (link === undefined ? items : [{ text, link }, ...items]).map((one) => {
      const path = pathOf(one.link);
      return { title: one.text, path, markdown: readFileSync(join(folder, path), 'utf8') };
    }),
  }));
  const pages = chapters.flatMap((chapter) => chapter.pages);
  const list = chapters.map(
    (chapter) =>
      `## ${chapter.text}\n\n${chapter.pages
        .map(({ title, path, markdown }) => `- [${title}](${path}): ${firstSentence(markdown)}`)
        .join('\n')}\n`,
  );
  return [
    { path: 'llms.txt', markdown: `# Headwater\n\n> ${SUMMARY}\n\n${list.join('\n')}` },
    { path: 'llms-full.txt', markdown: pages.map(({ markdown }) => markdown.trim()).join('\n\n') + '\n' },
    ...pages.map(({ path, markdown }) => ({ path, markdown })),
  ];
};
