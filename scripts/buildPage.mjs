/** Builds the page of the server, dist/page/, from src/page/: one script, one style sheet and one HTML file. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { root } from './setup.mjs';

const from = join(root, 'src/page');
const to = join(root, 'dist/page');

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
  writeFileSync(join(to, 'LICENSES.txt'), licencesOf(metafile));
  copyFileSync(join(from, 'index.html'), join(to, 'index.html'));
};
