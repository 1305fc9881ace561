import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { COUNTERS } from './BranchCounts.js';
import { countBranches } from './countBranches.js';
import { LONGEST } from './mutations.js';

/** After how long without a new input a reader hangs, in milliseconds. */
const HANGS_MS = 60_000;
/** The memory for the objects of one reader, in MiB. */
const MEMORY = 256;

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** What a run keeps for the next one. */
const FOLDER = join(root, '.headwater/fuzz');

/** What a thread does. */
export interface FuzzTask {
  readonly name: string;
  /** A folder for files of inputs. */
  readonly folder: string;
  readonly runs: number;
  readonly seed: number;
  /** Inputs that earlier runs kept. */
  readonly kept: readonly Uint8Array[];
  /** The number of the input that is read now, its length, and its bytes. */
  readonly reading: SharedArrayBuffer;
}

/** What came of a reader. */
export interface FuzzResult {
  /** The inputs that are worth mutating. */
  readonly corpus: readonly Uint8Array[];
  /** How many branches of `src` ran. */
  readonly reached: number;
}

/** Bundles the readers with counters in every branch of `src`. Returns the file of the bundle. */
export const bundleReaders = async (): Promise<string> => {
  // As deep in the tree as a file of `src/contracts/runtime`, which looks for the build.
  const outfile = join(FOLDER, 'bundle/worker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    plugins: [countBranches()],
    banner: { js: `globalThis.${COUNTERS} = new Uint8Array(1);` },
    logLevel: 'warning',
  });
  return outfile;
};

/** The runs that found no fault, one a line in JSON. All their inputs count. */
const LEDGER = join(FOLDER, 'runs.jsonl');

/** How many inputs each reader has had, in all runs that this folder remembers and that found no fault. */
export const countInputs = (): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  // There is none before the first run without a fault.
  if (!existsSync(LEDGER)) return counts;
  for (const line of readFileSync(LEDGER, 'utf8').split('\n').filter(Boolean)) {
    const { name, runs } = JSON.parse(line) as { readonly name: string; readonly runs: number };
    counts.set(name, (counts.get(name) ?? 0) + runs);
  }
  return counts;
};

/** The file of the inputs that a reader's runs have kept: one a line, in base64. */
const keptFile = (name: string): string => join(FOLDER, `${name.replace(/\W+/g, '-')}.txt`);

const keptInputs = (name: string): readonly Uint8Array[] => {
  try {
    return readFileSync(keptFile(name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => Buffer.from(line, 'base64'));
  } catch {
    // The first run.
    return [];
  }
};

/**
 * Gives inputs to a reader, in a thread of `bundle`, and keeps those that reach new code for the next run.
 *
 * @throws Error with the input if the reader does something else than read or refuse it: it hangs, needs too much
 *   memory, or throws an error of another kind
 */
export const fuzzReader = async (
  bundle: string,
  { name, folder, runs, seed }: Pick<FuzzTask, 'name' | 'folder' | 'runs' | 'seed'>,
): Promise<FuzzResult> => {
  const reading = new SharedArrayBuffer(8 + LONGEST);
  const [count, length] = [new Int32Array(reading, 0, 1), new Int32Array(reading, 4, 1)];
  const input = (): string => Buffer.from(new Uint8Array(reading, 8, length[0])).toString('base64');
  const task: FuzzTask = { name, folder, runs, seed, kept: keptInputs(name), reading };
  const worker = new Worker(bundle, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY, stackSizeMb: 2 },
  });
  let last = -1;
  const result = await new Promise<FuzzResult>((resolve, reject) => {
    const watch = setInterval(() => {
      const now = Atomics.load(count, 0);
      if (now === last) reject(new Error(`seed ${seed}, input (base64) ${input()}: ${name} hangs`));
      last = now;
    }, HANGS_MS);
    worker
      .on('message', resolve)
      .on('error', (error) =>
        reject(new Error(`seed ${seed}, input (base64) ${input()}: ${error.message}`, { cause: error })),
      )
      .on('exit', (code) => {
        clearInterval(watch);
        reject(new Error(`the thread ended with ${code}, at the input (base64) ${input()}`));
      });
  }).finally(() => worker.terminate());
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(keptFile(name), result.corpus.map((bytes) => `${Buffer.from(bytes).toString('base64')}\n`).join(''));
  appendFileSync(LEDGER, `${JSON.stringify({ name, runs, seed, reached: result.reached })}\n`);
  return result;
};
