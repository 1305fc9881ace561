import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { Application, PageEvent, ReflectionKind } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';

/** An export of the package, and what its doc comment says as a page of Markdown. */
export interface Export {
  readonly name: string;
  /** Such as `headwater/operators`. */
  readonly entry: string;
  /** The file that it is written in, from the root. */
  readonly file: string;
  /** Whether it is there when the program runs: a function, a class or a value, and no type. */
  readonly isValue: boolean;
  /** The first sentence of its doc comment. */
  readonly summary: string;
  /** Where TypeDoc has put it; links between its pages are relative to this. */
  readonly url: string;
  readonly markdown: string;
}

/** What an entry of the package says of itself. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** What it exports that is described with another entry. */
  readonly repeated: readonly string[];
}

const VALUES = [ReflectionKind.Function, ReflectionKind.Class, ReflectionKind.Variable];

const OPTIONS: Partial<PluginOptions> = {
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  propertyMembersFormat: 'table',
  // Defaults stand in the descriptions; nearly everything is read-only.
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
};

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text;

/**
 * Reads every export of the entries of the package with TypeDoc.
 *
 * @param root the folder of the project
 */
export const readExports = async (
  root: string,
): Promise<{ readonly entries: readonly Entry[]; readonly exports: readonly Export[] }> => {
  const out = mkdtempSync(join(tmpdir(), 'headwater-reference-'));
  // The order of package.json puts first what most programs need; that of TypeDoc is the alphabet's.
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly exports: object };
  const published = Object.keys(exports).map((path) => path.replace('.', 'headwater'));
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [
        ...readdirSync(join(root, 'src/entries')).map((file) => join(root, 'src/entries', file)),
        join(root, 'src/testing/index.ts'),
      ],
      // Not that of the project, by which TypeDoc would also read every test.
      tsconfig: join(root, 'tsconfig.build.json'),
      plugin: ['typedoc-plugin-markdown'],
      readme: 'none',
      disableSources: true,
      disableGit: true,
      // `npm run check` looks at types.
      skipErrorChecking: true,
      excludeInternal: true,
      excludePrivate: true,
      // What a class has from `Error`, say: its own page would be longer by it.
      excludeExternals: true,
      validation: false,
      logLevel: 'Error',
      out,
      ...OPTIONS,
    });
    const project = await app.convert();
    if (project === undefined) throw new Error('TypeDoc cannot read the entries of src/.');
    const pages = new Map<unknown, { readonly url: string; readonly markdown: string }>();
    app.renderer.on(PageEvent.END, ({ model, url, contents }: PageEvent) => {
      // Options that a function takes apart at once have no name of their own.
      pages.set(model, { url, markdown: (contents ?? '').replaceAll('__namedParameters', 'options') });
    });
    await app.generateOutputs(project);
    const modules = project.getChildrenByKind(ReflectionKind.Module);
    return {
      entries: modules
        .map(({ name, comment, children = [] }) => ({
          name,
          repeated: children.filter((one) => one.isReference()).map((one) => one.name),
          summary: (comment?.summary ?? []).map(({ text }) => text).join(''),
        }))
        .toSorted((one, other) => published.indexOf(one.name) - published.indexOf(other.name)),
      exports: modules.flatMap((module) =>
        (module.children ?? [])
          .filter((one) => !one.isReference())
          .map((one) => {
            const page = pages.get(one);
            if (page === undefined) throw new Error(`TypeDoc wrote no page of ${one.name}.`);
            const source = project.getSymbolIdFromReflection(one)?.fileName;
            if (source === undefined) throw new Error(`TypeDoc does not know the file of ${one.name}.`);
            const comment = one.comment ?? one.signatures?.[0]?.comment;
            return {
              name: one.name,
              entry: module.name,
              file: relative(root, source.startsWith('/') ? source : join(root, source)),
              isValue: one.kindOf(VALUES),
              summary: firstSentence((comment?.summary ?? []).map(({ text }) => text).join('')).replaceAll(/\s+/g, ' '),
              ...page,
            };
          }),
      ),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

/** The name of a file without its ending. */
export const nameOfFile = (file: string): string => basename(file, '.ts');
