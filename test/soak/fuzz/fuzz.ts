import { random as generator } from '../../../src/contracts/random.js';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { BranchCounts } from './BranchCounts.js';
import { nextInput } from './mutations.js';

/** What no input may take, in milliseconds. */
const LONGEST_MS = 1000;
/** What no message may exceed, in characters: what stands in it of the input is bounded. */
const LONGEST_MESSAGE = 5000;
/** By how much the memory of the process may grow with one input, in KiB. No input is longer than 16 KiB. */
const LARGEST_GROWTH = 256 * 1024;
/** How many inputs the corpus has at most, and how long one may be: long ones would take most of the time. */
const CORPUS = 4000;
const LONGEST_KEPT = 1024;

/** Reads one input; what is wrong with what then happens, or undefined. */
export type Read = (bytes: Buffer) => unknown;

const wrongWith = (error: unknown): string | undefined => {
  if (!(error instanceof HeadwaterError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error.message.length > LONGEST_MESSAGE ? `a message of ${error.message.length} characters` : undefined;
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The most memory that the process has had so far, in KiB. */
const mostMemory = (): number => process.resourceUsage().maxRSS;

/** The same when it was last asked for. */
let mostBefore = mostMemory();

/**
 * In less time, in milliseconds, no input fills so much memory: the system clears each page first. To ask for the
 * memory takes longer than most inputs, so it is asked for after the others, and after every hundredth input.
 */
const FILLS_MS = 3;
const MEMORY_EVERY = 100;
let sinceMemory = 0;

/** By how much the memory has grown beyond what it may, in KiB; 0 if it has not. */
const grownTooMuch = (ms: number): number => {
  sinceMemory += 1;
  if (ms < FILLS_MS && sinceMemory < MEMORY_EVERY) return 0;
  sinceMemory = 0;
  const most = mostMemory();
  const grown = most - mostBefore;
  mostBefore = most;
  return grown > LARGEST_GROWTH ? grown : 0;
};

const fault = async (read: Read, bytes: Buffer): Promise<string | undefined> => {
  try {
    const result = read(bytes);
    // A turn of the event loop for each input would take longer than most readers.
    if (result instanceof Promise) await result;
    return undefined;
  } catch (error) {
    return wrongWith(error);
  }
};

const faultOf = async (read: Read, bytes: Buffer): Promise<string | undefined> => {
  const since = performance.now();
  const wrong = await fault(read, bytes);
  if (wrong !== undefined) return wrong;
  const ms = performance.now() - since;
  const grown = grownTooMuch(ms);
  if (grown > 0) return `the memory grew by ${grown} KiB`;
  if (ms < LONGEST_MS) return undefined;
  // Read twice more before it counts: the machine may have been busy.
  const times: number[] = [];
  for (let again = 0; again < 2; again++) {
    const used = cpuMs();
    await fault(read, bytes);
    times.push(cpuMs() - used);
  }
  const least = Math.min(...times);
  return least < LONGEST_MS ? undefined : `it took ${Math.round(least)} ms of processor time`;
};

/** A shorter input with a fault: parts are left out while one remains. */
const shortened = async (read: Read, bytes: Buffer): Promise<Buffer> => {
  let shortest = bytes;
  for (let step = Math.ceil(bytes.length / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2))
    for (let at = 0; at < shortest.length;) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + step)]);
      if ((await faultOf(read, shorter)) === undefined) at += step;
      else shortest = shorter;
    }
  return shortest;
};

/** How a reader is tried. */
export interface FuzzOptions {
  /** What the inputs are near. Those that are longer than an input may be are cut. */
  readonly seeds: readonly (string | Uint8Array)[];
  readonly runs: number;
  readonly seed: number;
  /** Counts the branches that an input reaches. If given, an input that reaches a new one is mutated in turn. */
  readonly branches?: BranchCounts | undefined;
}

/**
 * Gives a reader inputs near its seeds. Each must be read, or refused with a `HeadwaterError` of bounded length, in
 * time and with little memory.
 *
 * @returns the inputs that were worth mutating: the seeds, and those that reached a new branch
 * @throws Error with the shortest input found, where one is not
 */
export const fuzz = async (
  read: Read,
  { seeds, runs, seed, branches }: FuzzOptions,
): Promise<readonly Uint8Array[]> => {
  const random = generator(seed, 'test');
  const corpus: Buffer[] = [];
  const readOne = async (bytes: Buffer): Promise<void> => {
    const found = await faultOf(read, bytes);
    if (found === undefined) return;
    const shortest = await shortened(read, bytes);
    throw new Error(
      `seed ${seed}, input (base64) ${shortest.toString('base64')}: ${(await faultOf(read, shortest)) ?? found}`,
    );
  };
  for (const bytes of seeds.map((bytes) => Buffer.from(bytes))) {
    branches?.reset();
    if (branches !== undefined) await readOne(bytes);
    // Of the inputs that an earlier run kept, those stay that reach something that the ones before do not.
    if (branches?.isNew() !== false) corpus.push(bytes);
  }
  for (let done = 0; done < runs; done++) {
    const bytes = nextInput(random, corpus);
    branches?.reset();
    await readOne(bytes);
    if (branches?.isNew() === true && bytes.length <= LONGEST_KEPT && corpus.length < CORPUS) corpus.push(bytes);
  }
  return corpus;
};
