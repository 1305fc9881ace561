/**
 * Bundles everything that a saved model needs for classification into dist/bundle/runtime.js: a script that declares
 * `headwater` with its `openClassifier`. `headwater bundle` writes it before the bytes of the model.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

/**
 * The platform functions that tfjs needs, from APIs that browsers, Node, Deno and Bun all have. The platform of tfjs
 * for Node imports modules of Node.
 */
const PLATFORM = `
import { env } from '../environment';
const KINDS = [Float32Array, Int32Array, Uint8Array, Uint8ClampedArray];
env().setPlatform('any', {
  fetch: (path, init) => globalThis.fetch(path, init),
  now: () => performance.now(),
  encode: (text) => new TextEncoder().encode(text),
  decode: (bytes, encoding) => (bytes.length === 0 ? '' : new TextDecoder(encoding).decode(bytes)),
  isTypedArray: (value) => KINDS.some((kind) => value instanceof kind),
});
`;

/**
 * The registries of tfjs, which it keeps on the global object. A module keeps its own, because a program may load the
 * modules of several models, or tfjs itself: a backend of one module cannot run the kernels of another.
 */
const REGISTRIES = `
const namespace = {};
const values = new Map();
export const getGlobalNamespace = () => namespace;
export const getGlobal = (key, init) => {
  if (!values.has(key)) values.set(key, init());
  return values.get(key);
};
`;

const ownRuntime = {
  name: 'own-runtime',
  setup({ onLoad }) {
    onLoad({ filter: /tfjs-core[\\/]dist[\\/]global_util\.js$/ }, () => ({ contents: REGISTRIES }));
    onLoad({ filter: /tfjs-core[\\/]dist[\\/]platforms[\\/]platform_node\.js$/ }, () => ({ contents: PLATFORM }));
    onLoad({ filter: /tfjs-core[\\/]dist[\\/]platforms[\\/]platform_browser\.js$/ }, () => ({ contents: '' }));
  },
};

export const bundleRuntime = () =>
  build({
    stdin: {
      contents: "export { openClassifier } from './entries/models.js';",
      resolveDir: join(root, 'dist'),
    },
    outfile: join(root, 'dist/bundle/runtime.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'headwater',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'eof',
    plugins: [ownRuntime],
    logLevel: 'warning',
  });
