import { parentPort, workerData } from 'node:worker_threads';
import { BranchCounts } from './BranchCounts.js';
import { fuzz } from './fuzz.js';
import { readers } from './readers.js';
import type { FuzzTask } from './fuzzReader.js';

/** Gives inputs to one reader, in a thread whose memory is bounded. The thread that started it watches each input. */
const { name, folder, runs, seed, kept, reading } = workerData as FuzzTask;
const reader = readers(folder).find((reader) => reader.name === name);
if (reader === undefined) throw new Error(`There is no reader '${name}'.`);

const [count, length] = [new Int32Array(reading, 0, 1), new Int32Array(reading, 4, 1)];
const input = new Uint8Array(reading, 8);
// The stack of an error that the reader expects takes longer than the reader.
Error.stackTraceLimit = 3;
const branches = new BranchCounts();
const corpus = await fuzz(
  (bytes) => {
    input.set(bytes);
    length[0] = bytes.length;
    Atomics.add(count, 0, 1);
    return reader.read(bytes);
  },
  { seeds: [...reader.seeds, ...kept], runs, seed, branches },
);
parentPort?.postMessage({ corpus, reached: branches.reached });
