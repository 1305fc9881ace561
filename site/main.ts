/**
 * `npm run docs` serves the documentation and follows changes of `docs`. `npm run docs:build` writes it to site/dist.
 */
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, createServer } from 'vitepress';
import { firstPicture } from './marbles/firstPicture.js';
import { bundlePlayground } from './playground/bundle.js';
import { navigationFile, pagesFolder, root, siteFolder } from './folders.js';
import { assemble } from './pages/assemble.js';
import { llmsFiles } from './pages/llmsFiles.js';
import { guidePages } from './pages/navigation.js';
import { commandPage } from './reference/commandPage.js';
import { readExports } from './reference/readExports.js';
import { referencePages } from './reference/referencePages.js';

const REFERENCE_PAGES = [
  { text: 'All exports', link: '/reference/' },
  { text: 'The command', link: '/reference/command' },
  { text: 'Errors', link: '/errors' },
];

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What the site has besides the pages that VitePress builds. */
const makeFurtherFiles = (): void => {
  const reference = { text: 'Reference', items: REFERENCE_PAGES };
  for (const { path, markdown } of llmsFiles([...guidePages, reference], pagesFolder)) {
    mkdirSync(dirname(join(siteFolder, path)), { recursive: true });
    writeFileSync(join(siteFolder, path), markdown);
  }
};

/** The files from which each page can be made without a network. The short scripts of pages are for their HTML. */
const keptFiles = (): readonly string[] =>
  readdirSync(siteFolder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /^assets\/.*\.\w+$|^run\/\w+\.js$|^[\w-]+\.(?:css|svg)$/.test(path) && !path.endsWith('.lean.js'))
    .toSorted();

const makePages = async (): Promise<() => void> => {
  say('Bundling the playground …');
  await bundlePlayground(join(pagesFolder, 'public/run'));
  const css = readFileSync(join(root, 'site/browser/theme/theme.css'), 'utf8');
  for (const appearance of ['light', 'dark'] as const)
    writeFileSync(join(pagesFolder, `public/first-picture-${appearance}.svg`), firstPicture(css, appearance));
  say('Reading the doc comments …');
  const { entries, exports } = await readExports(root);
  const { pages, navigation, places } = referencePages(entries, exports);
  mkdirSync(dirname(navigationFile), { recursive: true });
  writeFileSync(navigationFile, JSON.stringify(navigation));
  const command = await commandPage();
  const layOut = (): void => assemble(root, pagesFolder, [...pages, command], places);
  layOut();
  return layOut;
};

const [command] = process.argv.slice(2);
if (command === 'build') {
  await makePages();
  await build(join(root, 'site'));
  makeFurtherFiles();
  writeFileSync(join(siteFolder, 'kept.json'), JSON.stringify(['404.html', ...keptFiles()]));
  say(`The site is in ${siteFolder}: any server of files can serve it.`);
} else if (command === 'serve') {
  const layOut = await makePages();
  for (const folder of ['docs', 'examples', 'site/content'])
    watch(join(root, folder), { recursive: true }, () => layOut());
  const server = await createServer(join(root, 'site'));
  await server.listen();
  server.printUrls();
} else {
  say('Say what to do: serve or build.');
  process.exitCode = 2;
}
