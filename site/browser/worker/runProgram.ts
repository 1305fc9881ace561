import * as rxjs from 'rxjs';
import * as tfjs from '@tensorflow/tfjs-core';
import * as models from 'headwater/models';
import * as operators from 'headwater/operators';
import * as ops from 'headwater/ops';
import * as text from 'headwater/text';
import type { Answer } from '../protocol.js';
import { formatValue } from './formatValue.js';
import { instrument } from './instrument.js';
import { observeStages } from './observeStages.js';

/** What a program can import: the entries that need no Node, and what they share with it. */
const MODULES: Readonly<Record<string, object>> = {
  rxjs,
  '@tensorflow/tfjs-core': tfjs,
  headwater: { ...operators, ...text, ...ops, ...models },
  'headwater/operators': operators,
  'headwater/text': text,
  'headwater/ops': ops,
  'headwater/models': models,
};

const load = (name: string): object => {
  const found = MODULES[name];
  if (found === undefined)
    throw new Error(`The playground has no module ${name.slice(0, 80)}. It has ${Object.keys(MODULES).join(', ')}.`);
  return found;
};

type Program = (...given: readonly unknown[]) => Promise<void>;
const AsyncFunction = (async () => {
  await Promise.resolve();
}).constructor as new (...code: string[]) => Program;

/** Runs a program of the reader, and tells what it prints and what goes through its pipelines. */
export const runProgram = async (source: string, tell: (answer: Answer) => void): Promise<void> => {
  const { code, stages } = instrument(source);
  tell({ type: 'stages', stages });
  const { stage, flush } = observeStages(tell);
  const print =
    (level: 'log' | 'error') =>
    (...values: readonly unknown[]): void =>
      tell({ type: 'log', level, text: values.map((value) => formatValue(value)).join(' ') });
  const console = {
    log: print('log'),
    info: print('log'),
    debug: print('log'),
    warn: print('error'),
    error: print('error'),
  };
  // An error that no observer handles would be thrown in a timer, where this page cannot show it.
  rxjs.config.onUnhandledError = (error) => console.error(error);
  // Work that a program does not wait for continues after the program has ended.
  setInterval(flush, 100);
  try {
    await new AsyncFunction('require', 'exports', 'console', '__stage', code)(load, {}, console, stage);
  } finally {
    flush();
  }
};
