import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as util from 'node:util';
import { compileFunction } from 'node:vm';

const nodeRequire = createRequire(import.meta.url);

interface LoadedModule {
  exports: unknown;
}

/**
 * `util` as TensorFlow's package expects it, with two functions that Node 23 removed. No other code sees this `util`.
 */
const utilOfOld = {
  ...util,
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
};

/**
 * The package writes summaries for TensorBoard as protocol buffers, which need one more package. This library does not
 * use them.
 */
const NO_SUMMARIES = 'api_pb.js';

/**
 * Loads files of TensorFlow's package for Node, and resolves the modules that they require.
 *
 * Node's own `require` would resolve the names from the location of the files. A cache has no tfjs beside them, and a
 * `node_modules` folder may hold another copy of tfjs than ours; our copy does not know the tensors of another copy. So
 * tfjs is always our tfjs-core, which has everything that the files use, and `util` has the functions that newer Node
 * versions lack. The package's `index.js` is not run, since it looks for a binding in its own location.
 *
 * @param folder the folder of the package
 * @returns a function that requires a file by its path in the package
 */
export const packageModules = (folder: string): ((path: string) => unknown) => {
  const loaded = new Map<string, LoadedModule>();

  const answer = (name: string, from: string): unknown => {
    switch (name) {
      case '@tensorflow/tfjs':
      case '@tensorflow/tfjs-core':
        return nodeRequire('@tensorflow/tfjs-core');
      case 'util':
        return utilOfOld;
      default:
        return name.startsWith('.')
          ? load(join(from, name.endsWith('.js') ? name : `${name}.js`))
          : nodeRequire(`node:${name}`);
    }
  };

  const load = (file: string): unknown => {
    if (file.endsWith(NO_SUMMARIES)) return {};
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module: LoadedModule = { exports: {} };
    // Registered before it runs, since the files require each other in circles.
    loaded.set(file, module);
    const body = compileFunction(readFileSync(file, 'utf8'), ['exports', 'require', 'module'], { filename: file });
    (body as (exports: unknown, require: (name: string) => unknown, module: LoadedModule) => void)(
      module.exports,
      (name) => answer(name, dirname(file)),
      module,
    );
    return module.exports;
  };

  return (path) => load(join(folder, path));
};
