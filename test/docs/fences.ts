import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The project's root. */
export const root = resolve(import.meta.dirname, '../..');

/** A block of TypeScript in the documentation. */
export interface Fence {
  /** The file that it stands in, from the root. */
  readonly file: string;
  /** The line that its code begins on, from 1. */
  readonly line: number;
  readonly code: string;
  /** Whether it is to be run; one that needs a network, say, is marked `no-run` and only type-checked. */
  readonly run: boolean;
  /** What the page shows that it prints. `undefined` where it shows nothing. */
  readonly prints: string | undefined;
}

/** The files of a folder and of those in it with an ending, from the root. */
export const filesUnder = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

/** The language and flag of a block that shows what the block of TypeScript before it prints. */
export const PRINTS = 'text prints';

/** What stands before each line of a doc comment. */
const GUTTER = /^\s*\* ?/;

const fencesOf = (file: string, inComments: boolean): readonly Fence[] => {
  const fences: Fence[] = [];
  let open: { readonly info: string; readonly line: number; readonly code: string[] } | undefined;
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((whole, index) => {
      if (inComments && !GUTTER.test(whole)) return;
      const line = inComments ? whole.replace(GUTTER, '') : whole;
      const marker = /^\s*```(.*)$/.exec(line)?.[1]?.trim();
      if (marker === undefined) open?.code.push(line);
      else if (open === undefined) open = { info: marker, line: index + 2, code: [] };
      else {
        const { info, line: begin, code } = open;
        const [language, ...flags] = info.split(' ');
        if (language === 'ts')
          fences.push({
            file,
            line: begin,
            code: code.join('\n'),
            run: !flags.includes('no-run'),
            prints: undefined,
          });
        else if (info === PRINTS) {
          const printing = fences.pop();
          // Its code, the end of the fence, an empty line and the line that opens this one.
          if (printing === undefined || printing.line + printing.code.split('\n').length + 3 !== begin)
            throw new Error(`${file}:${begin - 1}: output stands right after the code that prints it.`);
          fences.push({ ...printing, prints: code.join('\n') });
        }
        if (/^(typescript|tsx|js|javascript|mjs)$/.test(language ?? ''))
          throw new Error(`${file}:${begin - 1}: code that is to be checked is marked ts, not ${info}.`);
        open = undefined;
      }
    });
  if (open !== undefined) throw new Error(`${file}: a fence is not closed.`);
  return fences;
};

/** Every block of TypeScript in doc comments of `src`, in the README, in `docs` and in the site's own pages. */
export const allFences = (): readonly Fence[] => [
  ...filesUnder('src', '.ts').flatMap((file) => fencesOf(file, true)),
  ...['README.md', ...filesUnder('docs', '.md'), ...filesUnder('site/content', '.md')].flatMap((file) =>
    fencesOf(file, false),
  ),
];

/**
 * A fence as a module whose lines have the numbers that they have where it stands, so that every message points there.
 */
export const asModule = ({ line, code }: Fence): string => '\n'.repeat(line - 1) + code + '\n';
