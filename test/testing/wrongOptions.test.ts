import { variable, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Adam, deadLetters, progress, registerBackend, stateFile, watchView } from '../../src/index.js';
import { DedupeMemoryJson } from '../../src/operators/live/dedupeMemory.js';
import { headlineRows, labelledBatch } from '../../src/testing/index.js';

/** Calls a function as a program without types can. */
const call = (wrong: (...given: never[]) => unknown, ...given: readonly unknown[]): unknown =>
  Reflect.apply(wrong, undefined, given) as unknown;

it.each<[string, () => unknown, string]>([
  [
    'Adam',
    () => Reflect.construct(Adam, [new Map([['w', variable(zeros([1]))]]), { beta1: '0.9' }]) as unknown,
    'Adam: beta1 is "0.9"',
  ],
  ['registerBackend', () => call(registerBackend, { threads: '2' }), 'registerBackend: threads is "2"'],
  ['progress', () => call(progress, { redraw: '5' }), 'progress: redraw is "5"'],
  ['watchView', () => call(watchView, { classes: [], redraw: '5' }), 'watchView: redraw is "5"'],
  ['stateFile', () => call(stateFile, 'a', DedupeMemoryJson, { delayMs: '5' }), 'stateFile: delayMs is "5"'],
  ['deadLetters', () => call(deadLetters, { limit: '5' }), 'deadLetters: limit is "5"'],
  ['headlineRows', () => call(headlineRows, { count: '5' }), 'headlineRows: count is "5"'],
  ['labelledBatch', () => call(labelledBatch, { size: '5' }), 'labelledBatch: size is "5"'],
])('%s quotes a text that is given for a number', (_, wrong, message) => {
  expect(wrong).toThrow(message);
});
