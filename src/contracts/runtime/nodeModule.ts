import type * as buffer from 'node:buffer';
import type * as fs from 'node:fs';
import type * as fsPromises from 'node:fs/promises';
import type * as os from 'node:os';
import type * as path from 'node:path';
import type * as v8 from 'node:v8';
import type * as workerThreads from 'node:worker_threads';

/** The built-in modules of Node that this library loads at run time. */
interface NodeModules {
  readonly 'node:buffer': typeof buffer;
  readonly 'node:fs': typeof fs;
  readonly 'node:fs/promises': typeof fsPromises;
  readonly 'node:os': typeof os;
  readonly 'node:path': typeof path;
  readonly 'node:v8': typeof v8;
  readonly 'node:worker_threads': typeof workerThreads;
}

/**
 * The parts of `process` that identify a runtime. A browser has none; bundlers replace `process` by a smaller object.
 */
interface RuntimeProcess {
  readonly arch?: string;
  readonly execArgv?: readonly string[];
  readonly versions?: Readonly<Record<string, string | undefined>>;
  emitWarning?: (message: string, options: { readonly type: string; readonly code: string }) => void;
  getBuiltinModule?: <Name extends keyof NodeModules>(name: Name) => NodeModules[Name] | undefined;
}

/** The process of Node, Deno or Bun; undefined in a browser. */
export const runtimeProcess = Reflect.get(globalThis, 'process') as RuntimeProcess | undefined;

/**
 * Returns a built-in module of Node, or undefined in a browser.
 *
 * An `import` would stop a module from loading in a browser, although it uses Node only where Node exists.
 * `process.getBuiltinModule` exists in Node from 20.16 on, in Deno and in Bun.
 */
export const nodeModule = <Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined =>
  runtimeProcess?.getBuiltinModule?.(name);
