import * as rxjs from 'rxjs';
import * as tfjs from '@tensorflow/tfjs-core';
import * as models from 'headwater/models';
import * as operators from 'headwater/operators';
import * as ops from 'headwater/ops';
import * as text from 'headwater/text';
import type { Answer } from '../protocol.js';
import { formatValue } from './formatValue.js';
import { gatherLines } from './gatherLines.js';
import { instrument } from './instrument.js';
import { observeStages } from './observeStages.js';
import { programConsole } from './programConsole.js';

/**
 * The exports of a module. A name that is not among them is an error that says so: the program would fail where it
 * calls what it has imported, with an error about `undefined`.
 */
const exportsOf = (module: string, exports: object): object =>
  new Proxy(exports, {
    get: (target, name, receiver): unknown => {
      if (typeof name === 'symbol' || name in target || INTEROP.has(name)) return Reflect.get(target, name, receiver);
      const why = module.startsWith('headwater')
        ? ` It has only the exports that need no Node: those of ${ENTRIES.join(', ')}.`
        : '';
      throw new Error(`${module} has no ${name.slice(0, 80)} in the playground.${why}`);
    },
  });

/**
 * Gives functions and classes the names by which programs import them, since the console shows them. The minifier has
 * taken their own.
 */
const giveNames = (exports: object): void => {
  for (const [name, value] of Object.entries(exports) as [string, unknown][])
    if (typeof value === 'function') Object.defineProperty(value, 'name', { value: name });
};

/** What compiled imports and promises ask each module for. */
const INTEROP: ReadonlySet<string> = new Set(['__esModule', 'default', 'then']);

const ENTRIES = ['headwater/operators', 'headwater/text', 'headwater/ops', 'headwater/models'] as const;

/** What a program can import: the entries that need no Node, and what they share with it. */
const MODULES: ReadonlyMap<string, object> = new Map(
  Object.entries({
    rxjs,
    '@tensorflow/tfjs-core': tfjs,
    headwater: { ...operators, ...text, ...ops, ...models },
    'headwater/operators': operators,
    'headwater/text': text,
    'headwater/ops': ops,
    'headwater/models': models,
  }).map(([name, exports]) => [name, exportsOf(name, exports)]),
);

const load = (name: string): object => {
  const found = MODULES.get(name);
  if (found === undefined)
    throw new Error(`The playground has no module ${name.slice(0, 80)}. It has ${[...MODULES.keys()].join(', ')}.`);
  return found;
};

type Program = (...given: readonly unknown[]) => Promise<void>;
const AsyncFunction = (async () => {
  await Promise.resolve();
}).constructor as new (...code: string[]) => Program;

/** The most values of statements that are shown. */
const MOST_VALUES = 50;

/**
 * Runs a program of the reader, and tells what it prints and what goes through its pipelines. A program that prints
 * nothing shows the values of its statements, as a notebook does.
 */
export const runProgram = async (source: string, tell: (answer: Answer) => void): Promise<void> => {
  const { code, stages } = instrument(source);
  for (const exports of [rxjs, operators, text, ops, models]) giveNames(exports);
  tell({ type: 'stages', stages });
  const { piped, flush } = observeStages(tell);
  const lines = gatherLines((some, left) => tell({ type: 'printed', lines: some, left }));
  const console = programConsole(lines.add);
  const values: string[] = [];
  const value = <T>(result: T): T => {
    const hasText = result !== undefined && !(result instanceof rxjs.Subscription) && !(result instanceof Promise);
    if (hasText && values.length < MOST_VALUES) values.push(formatValue(result, 1));
    return result;
  };
  // Errors that nobody handles would be lost in a timer or a promise, where this page cannot show them.
  rxjs.config.onUnhandledError = (error) => console.error(error);
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    console.error(event.reason);
  });
  addEventListener('error', (event) => {
    event.preventDefault();
    console.error(event.error);
  });
  // Work that a program does not wait for continues after the program has ended.
  setInterval(() => {
    flush();
    lines.flush();
  }, 100);
  try {
    const program = new AsyncFunction('require', 'exports', 'console', '__piped', '__value', code);
    await program(load, {}, console, piped, value);
    if (lines.count() === 0) for (const text of values) lines.add({ level: 'log', text });
  } finally {
    flush();
    lines.flush();
  }
};
