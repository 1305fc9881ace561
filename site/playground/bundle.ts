import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../folders.js';
import { browserModules } from './browserModules.js';

/**
 * Bundles the playground: the page's script, and the worker that has the library itself. The library must be built.
 *
 * @param to the folder that the two files go to
 */
export const bundlePlayground = async (to: string): Promise<void> => {
  mkdirSync(to, { recursive: true });
  const { metafile } = await build({
    ...browserModules,
    entryPoints: {
      page: join(root, 'site/browser/page/page.ts'),
      worker: join(root, 'site/browser/worker/worker.ts'),
    },
    outdir: to,
    metafile: true,
    legalComments: 'none',
    banner: { js: '/* With code of others: their licences are in LICENSES.txt beside it. */' },
  });
  await build({
    ...browserModules,
    format: 'iife',
    entryPoints: [join(root, 'site/browser/offline/serviceWorker.ts')],
    outfile: join(to, '../service-worker.js'),
  });
  // Plain JavaScript, which has no types.
  const scripts: string = join(root, 'scripts/licences.mjs');
  const { licencesOf } = (await import(scripts)) as { readonly licencesOf: (metafile: unknown) => string };
  writeFileSync(join(to, 'LICENSES.txt'), licencesOf(metafile));
};
