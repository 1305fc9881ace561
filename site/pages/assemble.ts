import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { outsideFences } from '../markdown/outsideFences.js';
import type { Page } from './Page.js';

/** Pages that lie at the project's root, and what they are called on the site. */
const ROOT_PAGES: Readonly<Record<string, string>> = {
  'README.md': 'overview.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'CHANGELOG.md': 'changelog.md',
  LICENSE: 'licence.md',
};

/** The path of a page on the site, of a file of the project. `undefined` where the site does not have it. */
const siteOf = (file: string): string | undefined => {
  if (ROOT_PAGES[file] !== undefined) return ROOT_PAGES[file];
  if (file.startsWith('docs/')) return file.slice('docs/'.length);
  if (/^examples\/.*\.ts$/.test(file)) return file.replace(/\.ts$/, '.md');
  return undefined;
};

/** Pages in which the name of an export is a link to its page. */
const LINKS_NAMES = /^docs\/(learn|from|cookbook)\//;

/** Links of a file of the project, as the site has them. What it does not have becomes plain text. */
const relink = (file: string, markdown: string, places: ReadonlyMap<string, string>): string => {
  const links = (text: string): string =>
    text.replaceAll(
      /(!?)\[((?:[^\]`]|`[^`]*`)*)\]\(([^)\s#]*)(#[^)\s]*)?\)/g,
      (whole, image: string, shown: string, target: string, hash = '') => {
        if (target === '' || /^[a-z]+:/.test(target) || target.startsWith('/')) return whole;
        const site = siteOf(posix.join(posix.dirname(file), target));
        if (site === undefined) return shown;
        return image === '!' ? `![${shown}](/${site})` : `[${shown}](/${site.replace(/\.md$/, '')}${hash})`;
      },
    );
  const names = (text: string): string =>
    !LINKS_NAMES.test(file)
      ? text
      : text.replaceAll(/(?<![[`])`(\w+)(?:\.\w+)?`(?![\]`])/g, (whole, name: string) => {
          const place = places.get(name);
          return place === undefined ? whole : `[${whole}](${place})`;
        });
  const page = outsideFences(markdown, (text) => names(links(text)));
  // Code in two columns needs the room of the outline.
  return page.includes('```\n\n```ts\n') && page.includes('```python\n') ? `---\naside: false\n---\n\n${page}` : page;
};

/** An example as a page: its opening comment as text, then its code. */
const examplePage = (file: string, code: string): string => {
  const comment = /^\/\*\*\n([^]*?)\n? \*\/\n/.exec(code);
  const text = (comment?.[1] ?? '').replaceAll(/^ \* ?/gm, '').trimEnd();
  const rest = code.slice(comment?.[0].length ?? 0).trim();
  // The commands of the comment are indented by four spaces, which Markdown shows as code.
  return `# ${posix.basename(file)}\n\n${text}\n\n\`\`\`ts no-run\n${rest}\n\`\`\`\n`;
};

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/**
 * Lays out all pages of the site in one folder: those of `docs`, the README, the examples, the site's own, and those
 * that are made from the code. A file is written only where it has changed, so that a server sees what is new.
 *
 * @param root the folder of the project
 * @param to the folder of pages; what it has besides is removed
 * @param made pages that are made from the code
 * @param places where exports are described, by their names
 */
export const assemble = (
  root: string,
  to: string,
  made: readonly Page[],
  places: ReadonlyMap<string, string>,
): void => {
  const wanted = new Set<string>();
  const write = (path: string, text: string | Buffer): void => {
    const target = join(to, path);
    if (wanted.has(target)) throw new Error(`Two pages of the site are called ${path}.`);
    wanted.add(target);
    if (existsSync(target) && Buffer.from(text).equals(readFileSync(target))) return;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  for (const [file, path] of Object.entries(ROOT_PAGES)) {
    const text = readFileSync(join(root, file), 'utf8');
    write(path, file === 'LICENSE' ? `# Licence\n\n${text}` : relink(file, text, places));
  }
  for (const path of filesUnder(join(root, 'docs'))) {
    const file = posix.join('docs', path.slice(join(root, 'docs').length + 1));
    if (path.endsWith('.md')) write(file.slice('docs/'.length), relink(file, readFileSync(path, 'utf8'), places));
    else if (/\.(svg|png)$/.test(path)) write(file.slice('docs/'.length), readFileSync(path));
  }
  for (const name of readdirSync(join(root, 'examples')))
    write(
      `examples/${name.replace(/\.ts$/, '.md')}`,
      examplePage(name, readFileSync(join(root, 'examples', name), 'utf8')),
    );
  const own = join(root, 'site/content');
  for (const path of filesUnder(own)) write(path.slice(own.length + 1), readFileSync(path));
  for (const { path, markdown } of made) write(path, markdown);
  mkdirSync(join(to, 'public'), { recursive: true });
  for (const path of filesUnder(to)) if (!wanted.has(path) && !path.startsWith(join(to, 'public'))) rmSync(path);
};
