/**
 * Bundles tfjs's stock gradients into dist/ops/stockGradients.js, which replaces that module of src/.
 *
 * Public exports of tfjs-core are imported from it, so that no part of tfjs is loaded twice. The rest, a few operations
 * of convolutions, is bundled.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const CORE = '@tensorflow/tfjs-core';

/** The names that an ECMAScript module exports directly. */
const namesOf = (file) => {
  const text = readFileSync(file, 'utf8');
  const declared = Array.from(text.matchAll(/^export (?:const|let|function|class) (\w+)/gm), ([, name]) => name);
  const listed = Array.from(text.matchAll(/^export \{([^}]*)\}(?! from)/gm), ([, names]) => names.split(',')).flat();
  return [...declared, ...listed.map((name) => name.trim().split(' as ').at(-1))];
};

/** A module with the same exports, re-exported from tfjs-core; undefined if tfjs-core does not export all of them. */
const publicModule = (core, file) => {
  if (file.endsWith('/engine.js')) return `import { engine } from '${CORE}'; export const ENGINE = engine();`;
  const names = file.endsWith('/util.js') ? Object.keys(core.util) : namesOf(file);
  if (names.length === 0) return undefined;
  if (names.every((name) => name in core)) return `export { ${names.join(', ')} } from '${CORE}';`;
  const space = ['util', 'backend_util', 'broadcast_util', 'tensor_util', 'slice_util'].find((key) =>
    names.every((name) => name in core[key]),
  );
  return space && `import { ${space} } from '${CORE}'; export const { ${names.join(', ')} } = ${space};`;
};

export const bundleGradients = async () => {
  const require = createRequire(import.meta.url);
  const core = require(CORE);
  const dist = dirname(require.resolve(CORE));
  const file = join(root, 'dist/ops/stockGradients.js');
  const list = readFileSync(join(dist, 'register_all_gradients.js'), 'utf8');
  const imports = Array.from(list.matchAll(/^import \{ (\w+) \} from '\.\/gradients\/.*;$/gm));
  const names = imports.map(([, name]) => name);
  const entry = `${imports.map(([line]) => line).join('\n')}\nexport const STOCK_GRADIENTS = [${names.join(', ')}];`;
  await build({
    stdin: { contents: entry, resolveDir: dist },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    plugins: [
      {
        name: 'public-tfjs-core',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: new RegExp(`^${CORE}$`) }, () => ({ path: CORE, external: true }));
          onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
            const from = importer === '<stdin>' ? dist : dirname(importer);
            const target = resolve(from, path.endsWith('.js') ? path : `${path}.js`);
            const contents = target.includes('/gradients/') ? undefined : publicModule(core, target);
            return contents === undefined
              ? { path: target, sideEffects: false }
              : { path: target, namespace: 'public', pluginData: contents, sideEffects: false };
          });
          onLoad({ filter: /./, namespace: 'public' }, ({ pluginData }) => ({
            contents: pluginData,
            resolveDir: root,
          }));
        },
      },
    ],
  });
};
