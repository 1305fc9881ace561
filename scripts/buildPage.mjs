/** Makes the page of the server, dist/page/, from src/page/: one script, one sheet and the page itself. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const from = join(root, 'src/page');
const to = join(root, 'dist/page');

/** The packages that files of a bundle come from. */
const packagesOf = ({ inputs }) =>
  [
    ...new Set(Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
  ].sort();

/** The licence of a package, which goes with every copy of its code. */
const licenceOf = (name) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`The package ${name} has no licence to go with the page.`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
};

export const buildPage = async () => {
  mkdirSync(to, { recursive: true });
  const { metafile } = await build({
    entryPoints: [{ in: join(from, 'main.ts'), out: 'page' }, join(from, 'page.css')],
    outdir: to,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    tsconfig: join(from, 'tsconfig.json'),
    metafile: true,
    legalComments: 'none',
    banner: { js: '/* With code of others: their licences are in LICENSES.txt beside it. */' },
    logLevel: 'warning',
  });
  writeFileSync(
    join(to, 'LICENSES.txt'),
    packagesOf(metafile)
      .map(licenceOf)
      .join(`\n${'-'.repeat(80)}\n\n`),
  );
  copyFileSync(join(from, 'index.html'), join(to, 'index.html'));
};
