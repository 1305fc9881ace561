import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../docs/fences.js';
import { loadedBy } from './builtModules.js';

interface Package {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly files: readonly string[];
}

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package;

/** The entries with code, such as `headwater/text`. */
const entries = Object.entries(exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ name: path.replace('.', 'headwater'), ...target }],
);

/** Runs a module in an empty process; what it prints. */
const inEmptyProcess = (program: string): string => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stderr).toBe('');
  return stdout;
};

/** What a program can see of its process that an import could change. */
const OBSERVE = `
  const observe = () => ({
    globals: Object.getOwnPropertyNames(globalThis).concat(Object.getOwnPropertySymbols(globalThis).map(String)).sort(),
    values: Object.fromEntries(['fetch', 'Headers', 'WebSocket', 'Buffer', 'setTimeout', 'Promise'].map((name) => [name, globalThis[name]])),
    prototypes: [Array, Object, Promise, String, Map].map(({ prototype }) => Object.getOwnPropertyNames(prototype).length),
    dispatcher: globalThis[Symbol.for('undici.globalDispatcher.1')],
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    env: { ...process.env },
    handles: process.getActiveResourcesInfo().filter((kind) => kind !== 'CloseReq').sort(),
  });
`;

describe('importing', () => {
  it.each(entries.map(({ name }) => name))('%s changes nothing of the process', (name) => {
    const printed = inEmptyProcess(`
      import assert from 'node:assert';
      ${OBSERVE}
      // Node makes its streams, and its globals of the web, when they are first asked for.
      await fetch('data:,').then((response) => response.text());
      for (const stream of [process.stdin, process.stdout, process.stderr]) stream.isTTY;
      observe();
      const before = observe();
      await import(${JSON.stringify(name)});
      const after = observe();
      const added = after.globals.filter((key) => !before.globals.includes(key));
      assert.deepStrictEqual({ ...after, globals: before.globals }, before);
      console.log(JSON.stringify(added));
    `);
    // tfjs keeps its engine in two of its own.
    expect((JSON.parse(printed) as string[]).filter((key) => !key.startsWith('_tf'))).toEqual([]);
  });

  it('leaves the global dispatcher of an application that has not made a request', () => {
    const printed = inEmptyProcess(`
      await import('headwater');
      console.log(globalThis[Symbol.for('undici.globalDispatcher.1')] === undefined);
    `);
    expect(printed).toBe('true\n');
  });
});

/**
 * Entries that are not in `headwater`: what tests need, and what needs a package that is installed only where it is
 * wanted.
 */
const APART: ReadonlySet<string> = new Set(['testing', 'nats', 'kafka'].map((name) => `headwater/${name}`));

describe('the entries', () => {
  it('export each name of headwater in exactly one other entry, and nothing but theirs', () => {
    const printed = inEmptyProcess(`
      const names = {};
      for (const name of ${JSON.stringify(entries.map(({ name }) => name))}) names[name] = Object.keys(await import(name));
      console.log(JSON.stringify(names));
    `);
    const names = JSON.parse(printed) as Record<string, readonly string[]>;
    const parts = Object.entries(names)
      .filter(([name]) => name !== 'headwater' && !APART.has(name))
      .flatMap(([, list]) => list);
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.toSorted()).toEqual([...new Set(parts)].toSorted());
    expect(names['headwater']?.toSorted()).toEqual(parts.toSorted());
  });

  it('have their code and their declarations in the build', () => {
    for (const { types, default: code } of entries)
      expect([types, code].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(['operators', 'text', 'ops', 'models'])('headwater/%s loads nothing of Node', (name) => {
    const { others } = loadedBy(`entries/${name}.js`);
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((other) => other.startsWith('node:'))).toEqual([]);
  });
});

describe('the command', () => {
  it('loads no command and no package but commander for its help', () => {
    const { files, others } = loadedBy('cli/main.js');
    expect(others.filter((other) => !other.startsWith('node:'))).toEqual(['commander']);
    const commands = readdirSync(join(root, 'src/cli/commands')).map((file) => file.replace('.ts', '-'));
    expect([...files].filter((file) => commands.some((name) => file.includes(`/chunks/${name}`)))).toEqual([]);
  });
});
