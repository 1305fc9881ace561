/** The built-in modules of Node that are asked for here. */
interface NodeModules {
  readonly 'node:buffer': typeof import('node:buffer');
  readonly 'node:fs': typeof import('node:fs');
  readonly 'node:fs/promises': typeof import('node:fs/promises');
  readonly 'node:os': typeof import('node:os');
  readonly 'node:path': typeof import('node:path');
  readonly 'node:v8': typeof import('node:v8');
  readonly 'node:worker_threads': typeof import('node:worker_threads');
}

/** What of `process` tells one runtime from another. A browser has none, and what bundlers put in its place has less. */
interface RuntimeProcess {
  readonly arch?: string;
  readonly execArgv?: readonly string[];
  readonly versions?: Readonly<Record<string, string | undefined>>;
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
