import { posix } from 'node:path';
import { outsideFences } from '../markdown/outsideFences.js';
import type { NavigationGroup, Page } from '../pages/Page.js';
import { type Entry, type Export, nameOfFile } from './readExports.js';

/** A table of type parameters that says nothing of them: the signature has their names. */
const BARE_TYPE_PARAMETERS = /^#+ Type Parameters\n\n\| Type Parameter \|\n\| -+ \|\n(?:\| .* \|\n)+\n?/gm;

/** The sections of an export with its example before the tables of parameters: a reader looks for it first. */
const exampleFirst = (markdown: string): string => {
  const [description = '', ...sections] = markdown.replaceAll(BARE_TYPE_PARAMETERS, '').split(/^(?=## )/m);
  const isExample = (section: string): boolean => section.startsWith('## Example');
  return [description, ...sections.filter(isExample), ...sections.filter((section) => !isExample(section))]
    .map((section) => section.trimEnd())
    .join('\n\n');
};

/** Exports that one file has: a function together with its options, say. */
interface FilePage {
  readonly entry: string;
  readonly file: string;
  readonly title: string;
  readonly path: string;
  /** The export that the page is named after, then values, then types. */
  readonly exports: readonly Export[];
}

const entryName = (entry: string): string => entry.replace('headwater/', '');

const room = (file: string): string =>
  posix
    .dirname(file)
    .replace(/^src\//, '')
    .replace(/\/internal$/, '');

const anchor = (name: string): string => name.toLowerCase();

/** The anchor of an export that does not give its page the title; some names differ in their capitals alone. */
const anchorIn = ({ exports }: FilePage, one: Export): string =>
  exports.some((other) => other !== one && anchor(other.name) === anchor(one.name))
    ? `${anchor(one.name)}-${exports.indexOf(one)}`
    : anchor(one.name);

const groupBy = <T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
};

const filePages = (exports: readonly Export[]): readonly FilePage[] =>
  [...groupBy(exports, ({ entry, file }) => `${entry} ${file}`).values()].map((ofFile) => {
    const { entry, file } = ofFile[0]!; // A group has at least one.
    const named = nameOfFile(file);
    const rank = ({ name, isValue }: Export): number => (name === named ? 0 : isValue ? 1 : 2);
    const sorted = ofFile.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    const title = sorted[0]!.name;
    // `valve` and `Valve` are two pages, also where a file system knows no difference.
    const folder = sorted.some(({ isValue }) => isValue) ? '' : 'types/';
    return { entry, file, title, path: `reference/${entryName(entry)}/${folder}${title}.md`, exports: sorted };
  });

/** Where each export is: the path of its page, and its anchor where the page is not its own. */
const places = (pages: readonly FilePage[]): ReadonlyMap<Export, string> =>
  new Map(
    pages.flatMap((page) =>
      page.exports.map((one, index) => [
        one,
        `/${page.path.slice(0, -'.md'.length)}${index === 0 ? '' : `#${anchorIn(page, one)}`}`,
      ]),
    ),
  );

/**
 * The pages of the reference, one for each file of `src` that exports something: a function stands with its options.
 *
 * @param entries the entries of the package
 * @param exports what they export
 */
export const referencePages = (
  entries: readonly Entry[],
  exports: readonly Export[],
): {
  readonly pages: readonly Page[];
  /** The list beside the pages below a path. */
  readonly navigation: Readonly<Record<string, readonly NavigationGroup[]>>;
  /** Where the exports that are there at run time are described, by their names. */
  readonly places: ReadonlyMap<string, string>;
} => {
  const pages = filePages(exports);
  const placeOf = places(pages);
  const byUrl = new Map(exports.map((one) => [one.url, one]));
  const byName = new Map([...exports].filter(({ isValue }) => isValue).map((one) => [one.name, one]));

  /** Links of TypeDoc between its pages, and names in prose, as links of the site. */
  const link = (one: Export, markdown: string): string =>
    outsideFences(markdown, (text) =>
      text
        .replaceAll(/\]\(([^)\s:]+\.md)?(?:#([\w-]+))?\)/g, (whole, file: string | undefined, within?: string) => {
          if (file === undefined && within === undefined) return whole;
          const target = file === undefined ? one : byUrl.get(posix.join(posix.dirname(one.url), file));
          const place = target === undefined ? undefined : placeOf.get(target);
          if (target === undefined || place === undefined) return `](/reference/)`;
          return within?.startsWith('property-')
            ? `](${place.split('#')[0]}#${anchor(target.name)}-${within})`
            : `](${place})`;
        })
        .replaceAll(/<a id="([\w-]+)"><\/a>/g, `<a id="${anchor(one.name)}-$1"></a>`)
        .replaceAll(/(?<![[`])`(HW_[A-Z_]+)`(?!\])/g, (_, code: string) => `[\`${code}\`](/errors#${anchor(code)})`)
        .replaceAll(/(?<![[`]|<\/a> )`(\w+)`(?![\]`])/g, (whole, name: string) => {
          const target = byName.get(name);
          const place = target === undefined || target === one ? undefined : placeOf.get(target);
          return place === undefined ? whole : `[${whole}](${place})`;
        })
        .replaceAll(/(?<=^#+ See\n\n)(\w+)/gm, (name) => {
          const target = byName.get(name);
          return target === undefined ? name : `[\`${name}\`](${placeOf.get(target) ?? ''})`;
        })
        .replaceAll(/(?<![(\w])docs\/(\w+)\.md/g, '[$1](/$1)')
        .replaceAll(/^(\| `options\??` \|.*\| )[-‐](?= \|$)/gm, '$1Its fields are listed with its type.'),
    );

  /** An export's section: its heading carries its anchor; on a page of its own it is the title. */
  const section = (page: FilePage, one: Export): string => {
    const body = exampleFirst(link(one, one.markdown.replace(/^# .*\n/, '')));
    const kind = /^# ([\w ]+):/.exec(one.markdown)?.[1]?.toLowerCase() ?? '';
    if (one === page.exports[0])
      return `# ${one.name}\n\n<p class="kind">${kind} of <code>${one.entry}</code></p>\n${body}\n`;
    const deeper = outsideFences(body, (text) => text.replaceAll(/^(#+) /gm, '#$1 '));
    return `## ${one.name} {#${anchorIn(page, one)}}\n\n<p class="kind">${kind}</p>\n${deeper}\n`;
  };

  const table = (ofEntry: readonly FilePage[]): string =>
    [...groupBy(ofEntry, ({ file }) => room(file))]
      .map(
        ([name, files]) =>
          `## ${name} {#${name.replaceAll('/', '-')}}\n\n| export | what it is |\n| --- | --- |\n${files
            .flatMap(({ exports: all }) => all)
            .map((one) => `| [\`${one.name}\`](${placeOf.get(one) ?? ''}) | ${link(one, one.summary)} |`)
            .join('\n')}\n`,
      )
      .join('\n');

  const alsoHere = (names: readonly string[]): string =>
    names.length === 0
      ? ''
      : `\n## Also exported here\n\n${names
          .map((name) => {
            const one = exports.find((other) => other.name === name);
            return `- [\`${name}\`](${one === undefined ? '/reference/' : (placeOf.get(one) ?? '')})`;
          })
          .join('\n')}\n`;

  const ofEntries = groupBy(pages, ({ entry }) => entry);
  const overview: readonly NavigationGroup[] = [
    {
      text: 'Reference',
      link: '/reference/',
      items: [
        { text: 'The command', link: '/reference/command' },
        { text: 'Errors', link: '/errors' },
        ...entries.map(({ name }) => ({ text: name, link: `/reference/${entryName(name)}/` })),
      ],
    },
  ];
  return {
    places: new Map([...byName].map(([name, one]) => [name, placeOf.get(one) ?? ''])),
    pages: [
      ...pages.map((page) => ({
        path: page.path,
        markdown: page.exports.map((one) => section(page, one)).join('\n'),
      })),
      ...entries.map(({ name, summary, repeated }) => ({
        path: `reference/${entryName(name)}/index.md`,
        markdown: `# ${name}\n\n${summary}\n\n${table(ofEntries.get(name) ?? [])}${alsoHere(repeated)}`,
      })),
      {
        path: 'reference/index.md',
        markdown: `# Reference

Every export of the package, from the doc comments of the code.
[The command](/reference/command) and [errors](/errors) have pages of their own.

| entry | what it has |
| --- | --- |
${entries
  .map(
    ({ name, summary }) =>
      `| [\`${name}\`](/reference/${entryName(name)}/) | ${summary.split('\n\n')[0]?.replaceAll('\n', ' ') ?? ''} |`,
  )
  .join('\n')}
`,
      },
    ],
    // One for each entry: together they would be the larger part of every page.
    navigation: Object.fromEntries<readonly NavigationGroup[]>([
      ['/reference/', overview],
      ...entries.map(({ name }): readonly [string, readonly NavigationGroup[]] => [
        `/reference/${entryName(name)}/`,
        [
          ...overview,
          ...[...groupBy(ofEntries.get(name) ?? [], ({ file }) => room(file))].map(([text, files]) => ({
            text,
            items: files.map(({ title, path }) => ({ text: title, link: `/${path.slice(0, -'.md'.length)}` })),
          })),
        ],
      ]),
    ]),
  };
};
