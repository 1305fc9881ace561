import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { format } from 'node:util';
import { engine, getGradient, getKernelsForBackend, unregisterGradient, unregisterKernel } from '@tensorflow/tfjs-core';
import { config } from 'rxjs';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BACKEND_NAME } from '../../src/ops/definition/backendName.js';
import { OPS } from '../../src/ops/registerOps.js';
import { allFences, asModule, type Fence, root } from './fences.js';
import { SHOWS_OUTPUT, writeOutput } from './writeOutput.js';

const fences = allFences().map((fence) => ({ ...fence, title: `${fence.file}:${fence.line}` }));

/** Inside the project, so that `headwater` and the packages resolve; git ignores it. */
const folder = join(root, '.headwater', `fences-${process.pid}`);
const moduleOf = ({ file, line }: Fence): string => join(folder, `${file.replaceAll('/', '_')}_${line}.ts`);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const fence of fences) writeFileSync(moduleOf(fence), asModule(fence));
});

/** `HEADWATER_WRITE_OUTPUT=1` writes what the blocks print into the pages, instead of comparing it. */
const isWriting = process.env['HEADWATER_WRITE_OUTPUT'] !== undefined;
const printedBy = new Map<Fence, string>();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  if (isWriting) writeOutput(printedBy);
});

/**
 * tfjs as a process finds it that has only just imported headwater: what one fence registers must not be there for the
 * next.
 */
const forgetRegistrations = (): void => {
  for (const { kernelName, backendName } of getKernelsForBackend(BACKEND_NAME))
    unregisterKernel(kernelName, backendName);
  for (const { name } of OPS) if ((getGradient(name) as unknown) !== undefined) unregisterGradient(name);
  if (engine().backendNames().includes(BACKEND_NAME)) engine().removeBackend(BACKEND_NAME);
  engine().reset();
};

/** Errors that reached a subscriber without an error handler, which would be lost in a timer of their own. */
let unhandled: unknown[] = [];

/** What the block has printed, as Node writes it where nobody looks in colours. */
let printed: string[] = [];

beforeEach(() => {
  forgetRegistrations();
  unhandled = [];
  printed = [];
  config.onUnhandledError = (error) => void unhandled.push(error);
  vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => void printed.push(format(...values)));
  // tfjs's own backend advertises another one at its first write.
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
});

afterEach(() => {
  config.onUnhandledError = null;
  vi.restoreAllMocks();
});

test('the documentation has code in it, and little of it is never run', () => {
  expect(fences.length).toBeGreaterThan(80);
  // Those that need a GPU, a browser or a model of the reader's own.
  expect(fences.filter(({ run }) => !run).length).toBeLessThan(10);
});

test('every block of code type-checks, strictly', () => {
  const file = join(root, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
    {},
    file,
  );
  const program = ts.createProgram({
    rootNames: fences.map(moduleOf),
    // An example may name a value that it only shows. Each block is a module of its own, whether or not it imports
    // something.
    options: {
      ...options,
      noUnusedLocals: false,
      noUnusedParameters: false,
      moduleDetection: ts.ModuleDetectionKind.Force,
    },
  });
  const faults = fences.flatMap((fence) => {
    const source = program.getSourceFile(moduleOf(fence));
    if (source === undefined) return [`${fence.title}: not read`];
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start, messageText }) => {
        const line = start === undefined ? fence.line : source.getLineAndCharacterOfPosition(start).line + 1;
        return `${fence.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      },
    );
  });
  expect(faults).toEqual([]);
}, 240_000);

// The first of them waits until all of src/ is transformed.
test.for(fences.filter(({ run }) => run))('$title runs', { timeout: 240_000 }, async (fence) => {
  await import(/* @vite-ignore */ moduleOf(fence));
  // What a fence starts without awaiting it has a turn to fail in.
  await setTimeout(isWriting ? 1000 : 0);
  expect(unhandled).toEqual([]);
  if (isWriting) printedBy.set(fence, printed.join('\n'));
  else if (fence.prints !== undefined) await expect.poll(() => printed.join('\n')).toBe(fence.prints);
  else if (SHOWS_OUTPUT.test(fence.file)) expect(printed, 'the page shows what a block prints').toEqual([]);
});
