import type * as buffer from 'node:buffer';
import type * as fs from 'node:fs';
import type * as fsPromises from 'node:fs/promises';
import type * as os from 'node:os';
import type * as path from 'node:path';
import type * as v8 from 'node:v8';
import type * as workerThreads from 'node:worker_threads';

/** The built-in modules of Node that are asked for here. */
interface NodeModules {
  readonly 'node:buffer': typeof buffer;
  readonly 'node:fs': typeof fs;
  readonly 'node:fs/promises': typeof fsPromises;
  readonly 'node:os': typeof os;
  readonly 'node:path': typeof path;
  readonly 'node:v8': typeof v8;
  readonly 'node:worker_threads': typeof workerThreads;
}

/** What of `process` tells one runtime from another. A browser has none, and what bundlers put in its place has less. */
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
 * A built-in module of Node, or undefined where there is none: in a browser.
 *
 * An `import` would keep a module from loading in a browser, though it uses Node only where there is one. Node has it
 * from 20.16 on, and so have Deno and Bun.
 */
export const nodeModule = <Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined =>
  runtimeProcess?.getBuiltinModule?.(name);
