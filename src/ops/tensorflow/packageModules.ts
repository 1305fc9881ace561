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
 * `util` as TensorFlow's package expects it: with two functions that Node 23 took away. Nobody else's `util` has them
 * by that.
 */
const utilOfOld = {
  ...util,
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: (value: unknown): boolean => Array.isArray(value),
};

/**
 * Its summaries for TensorBoard come as protocol buffers, for which it would need a package more. Nothing here writes
 * them.
 */
const NO_SUMMARIES = 'api_pb.js';

/**
 * Loads files of TensorFlow's package for Node, and gives them what they ask for.
 *
 * Node's own `require` would resolve their names from where they lie: in a cache there is no tfjs beside them, and in
 * somebody's `node_modules` there may be another copy of it than ours, whose tensors ours does not know. So tfjs is
 * always our tfjs-core, which has all that they use of it, and `util` has what newer Nodes lack. The package's
 * `index.js`, which looks for a binding in its own place, is not run.
 *
 * @param folder the package's
 * @returns requires a file by its path in the package
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
    // Before it runs: its files require one another in circles.
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
