import { expect, it } from 'vitest';
import {
  type MemoryUse,
  memoryWarning,
  memoryWarning$,
  oldGenerationLimit,
} from '../../../src/cli/process/memoryWatch.js';
import { runMarbles } from '../../../src/testing/index.js';

const MB = 2 ** 20;
const enough: MemoryUse = {
  heap: 100 * MB,
  heapLimit: 4000 * MB,
  resident: 500 * MB,
  available: 8000 * MB,
  total: 16_000 * MB,
};

it('says nothing while there is enough', () => {
  expect(memoryWarning(enough)).toBeUndefined();
  // Full, but not by this process.
  expect(memoryWarning({ ...enough, available: 10 * MB })).toBeUndefined();
});

it('names the option where the heap of V8 is nearly full', () => {
  expect(memoryWarning({ ...enough, heap: 3700 * MB })).toBe(
    'memory is nearly full: 3,700 MB of the 4,000 MB that Node may use. If it ends ' +
      'here, allow more: NODE_OPTIONS=--max-old-space-size=8000. Give it fewer rows, ' +
      'a smaller --num-tokens or --max-length, or a smaller model.',
  );
});

it('tells where the memory of the machine is nearly full', () => {
  expect(memoryWarning({ ...enough, resident: 15_000 * MB, available: 100 * MB })).toBe(
    'memory is nearly full: of 16,000 MB, 100 MB are left, and this process uses 15,000 MB. The system may ' +
      'end it without a word. Give it fewer rows, a smaller --num-tokens or --max-length, or a smaller model.',
  );
});

it('knows how much of the limit of V8 is for objects that live for long', () => {
  expect(oldGenerationLimit(4144 * MB, [])).toBe(0.95 * 4144 * MB);
  expect(oldGenerationLimit(112 * MB, ['--max-old-space-size=32', '--max_old_space_size=64'])).toBe(64 * MB);
});

it('warns once', () => {
  runMarbles(({ expectObservable }) => {
    const uses = [enough, enough, { ...enough, heap: 3700 * MB }, { ...enough, heap: 3800 * MB }];
    const warning = memoryWarning({ ...enough, heap: 3700 * MB })!;
    expectObservable(memoryWarning$(() => uses.shift()!)).toBe('750ms (w|)', { w: warning });
  });
});

it('leaves out what cannot be measured, as without a free file descriptor', () => {
  runMarbles(({ expectObservable }) => {
    const full = { ...enough, heap: 3700 * MB };
    const uses = [undefined, undefined, full];
    const look = () => {
      const use = uses.shift();
      if (use === undefined) throw new Error('EMFILE: too many open files, uv_resident_set_memory');
      return use;
    };
    expectObservable(memoryWarning$(look)).toBe('750ms (w|)', { w: memoryWarning(full) });
  });
});
